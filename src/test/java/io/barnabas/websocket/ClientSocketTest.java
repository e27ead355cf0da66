package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TraceParent;
import io.barnabas.websocket.SocketFixture.Client;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames, answers, limits and life of one socket. */
class ClientSocketTest {
    private final SocketFixture fixture = new SocketFixture(2);
    private final Client client = fixture.connect();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void answersProduceWithAnOffsetForEachRecord() {
        client.send("{'type':'produce','id':'1','topic':'orders','acks':'all','format':'json','records':["
                + "{'partition':1,'value':{'a':1}},{'partition':1,'value':2},{'partition':9,'value':3}]}");
        JsonNode answer = client.last();
        assertThat(answer.path("type").asText()).isEqualTo("produced");
        assertThat(answer.path("id").asText()).isEqualTo("1");
        assertThat(answer.path("offsets").get(0).toString()).isEqualTo("{\"partition\":1,\"offset\":0}");
        assertThat(answer.path("offsets").get(1).path("offset").asLong()).isEqualTo(1);
        assertThat(answer.path("offsets").get(2).path("error_code").asInt())
                .isEqualTo(ErrorCode.UNKNOWN_PARTITION.number());
    }

    @Test
    void readsRecordsWhateverStandsBeforeThem() {
        client.send("{'records':[{'value':'AQID','partition':0}],'format':'binary','topic':'orders',"
                + "'type':'produce','id':7}");
        client.send("{'type':'subscribe','topic':'orders','from':'earliest','format':'binary'}");
        assertThat(client.connection().frames("produced").get(0).path("id").asInt())
                .isEqualTo(7);
        assertThat(client.last().path("records").get(0).path("value").asText()).isEqualTo("AQID");
    }

    @Test
    void keepsAnswersInTheOrderOfTheFrames() {
        fixture.log(0).holdWrites();
        client.send("{'type':'produce','id':'slow','topic':'orders','records':[{'partition':0,'value':1}]}");
        client.send("{'type':'produce','id':'fast','topic':'orders','records':[{'partition':1,'value':2}]}");
        assertThat(client.connection().frames).isEmpty();
        fixture.log(0).releaseWrites();
        assertThat(client.connection().frames("produced"))
                .extracting(frame -> frame.path("id").asText())
                .containsExactly("slow", "fast");
    }

    @Test
    void answersNothingToAcksNone() {
        client.send("{'type':'produce','id':'1','topic':'orders','acks':'none','records':[{'value':1}]}");
        assertThat(client.connection().frames).isEmpty();
        assertThat(fixture.log(0).endOffset() + fixture.log(1).endOffset()).isEqualTo(1);
    }

    @Test
    void refusesMoreProduceFramesThanMayBeInFlight() {
        fixture.log(0).holdWrites();
        for (int i = 0; i <= fixture.settings.maxInFlightProduces(); i++) {
            client.send("{'type':'produce','id':" + i + ",'topic':'orders','records':[{'partition':0,'value':1}]}");
        }
        assertThat(client.connection().frames).hasSize(1);
        assertThat(client.last().path("id").asInt()).isEqualTo(fixture.settings.maxInFlightProduces());
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.OVERLOADED.number());
        fixture.log(0).releaseWrites();
        assertThat(client.connection().frames("produced")).hasSize(fixture.settings.maxInFlightProduces());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'id':'x','type':'produce','topic':'nope','records':[{'value':1}]}                    | UNKNOWN_TOPIC  | nope",
                "{'type':'produce','topic':'..','records':[{'value':1}],'id':'x'}                      | INVALID_NAME   | topic",
                "{'id':'x','type':'dance'}                                                             | INVALID_FIELD  | dance",
                "{'id':'x'}                                                                            | INVALID_FIELD  | type",
                "{'type':'credit','records':1,'colour':'red','id':'x'}                                 | INVALID_FIELD  | colour",
                "{'id':'x','type':'produce','topic':'orders'}                                          | INVALID_FIELD  | records",
                "{'id':'x','type':'produce','topic':'orders','records':[]}                             | INVALID_FIELD  | empty",
                "{'id':'x','type':'produce','topic':'orders','records':5}                              | INVALID_FIELD  | array",
                "{'id':'x','type':'produce','topic':'orders','records':[{'valu':1}]}                   | INVALID_FIELD  | records[0].valu",
                "{'id':'x','type':'produce','topic':'orders','format':'binary','records':[{'value':'%'}]} | INVALID_DATA | records[0].value",
                "{'id':'x','type':'produce','topic':'orders','acks':'some','records':[{'value':1}]}    | INVALID_FIELD  | acks",
                "{'id':'x','type':'produce','topic':'orders','format':'xml','records':[{'value':1}]}   | INVALID_FIELD  | format",
                "{'id':'x','type':'produce','topic':'orders','group':'g','records':[{'value':1}]}      | INVALID_FIELD  | group",
                "{'id':'x','type':'subscribe','topic':'nope'}                                          | UNKNOWN_TOPIC  | nope",
                "{'id':'x','type':'subscribe','topic':'orders','partitions':[7]}                       | UNKNOWN_PARTITION | 7",
                "{'id':'x','type':'subscribe','topic':'orders','from':'tomorrow'}                      | INVALID_FIELD  | from",
                "{'id':'x','type':'subscribe','topic':'orders','from':{'offset':9}}                    | OFFSET_OUT_OF_RANGE | 9",
                "{'id':'x','type':'subscribe','topic':'orders','credit':99999999999}                   | INVALID_FIELD  | credit",
                "{'id':'x','type':'subscribe','topic':'orders','group':'g','partitions':[0]}           | INVALID_FIELD  | partitions",
                "{'id':'x','type':'subscribe','topic':'orders','autoCommit':true}                      | INVALID_FIELD  | autoCommit",
                "{'id':'x','type':'subscribe','topic':'orders','autoCommit':'yes'}                     | INVALID_FIELD  | autoCommit",
                "{'id':'x','type':'subscribe','topic':'orders','group':'no/slash'}                     | INVALID_NAME   | group",
                "{'id':'x','type':'credit','records':0}                                                | INVALID_FIELD  | records",
                "{'id':'x','type':'credit','records':5}                                                | ILLEGAL_STATE  | subscription",
                "{'id':'x','type':'commit','offsets':[{'partition':0}]}                                | INVALID_FIELD  | offsets[0].offset",
                "{'id':'x','type':'seek','partition':0}                                                | INVALID_FIELD  | offset",
                "{'id':'x','type':'unsubscribe','id':'x'}                                              | INVALID_FIELD  | twice",
            })
    void answersWhatIsWrongAndStaysOpen(String frame, ErrorCode code, String named) {
        client.send(frame);
        assertThat(client.last().path("type").asText()).isEqualTo("error");
        assertThat(client.last().path("error_code").asInt()).isEqualTo(code.number());
        assertThat(client.last().path("message").asText()).contains(named);
        assertThat(client.last().path("id").asText()).isEqualTo("x");
        assertThat(client.connection().closed).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{'type':'credit',| line 1", "[1]| object", "{} {}| behind", "''| frame", "hello| line 1"})
    void closesAfterAFrameThatIsNoJsonObject(String frame, String named) {
        client.send(frame);
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.MALFORMED_REQUEST.number());
        assertThat(client.last().path("message").asText()).contains(named);
        assertThat(client.connection().closed).contains(Goodbye.UNREADABLE);
    }

    @Test
    void survivesANestingBomb() {
        client.send("{'id':'b','type':'produce','topic':'orders','records':[{'value':" + "[".repeat(5_000)
                + "]".repeat(5_000) + "}]}");
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.RECORD_TOO_LARGE.number());
        assertThat(client.connection().closed).isEmpty();
    }

    @Test
    void closesWhenAFrameIsTooLargeInBytes() {
        client.send("{'type':'credit','id':'" + "\u20ac".repeat(fixture.settings.maxFrameBytes() / 3 + 1) + "'}");
        assertThat(client.connection().closed).contains(Goodbye.TOO_LARGE);
    }

    @Test
    void closesWhenABinaryFrameComes() {
        client.send(ByteBuffer.allocate(3));
        assertThat(client.connection().closed).contains(Goodbye.WRONG_FRAME_TYPE);
    }

    @Test
    void pingsASilentClientAndClosesOneThatDoesNotAnswer() {
        fixture.pass(19);
        assertThat(client.connection().pings).isEmpty();
        fixture.pass(2);
        assertThat(client.connection().pings).hasSize(1);
        client.pong();
        fixture.pass(20);
        assertThat(client.connection().closed).isEmpty();
        fixture.pass(62);
        assertThat(client.connection().closed).contains(Goodbye.POLICY);
    }

    @Test
    void closesAClientThatStalls() {
        client.connection().hold();
        client.send("{'type':'credit','id':'x','records':1}");
        for (int i = 0; i < 61; i++) {
            fixture.pass(1);
            client.pong();
        }
        assertThat(client.connection().closed).contains(Goodbye.POLICY);
    }

    @Test
    void closesAClientThatDoesNotReadItsAnswers() {
        client.connection().hold();
        String id = "i".repeat(250);
        for (int i = 0; i < 20_000 && client.connection().closed.isEmpty(); i++) {
            client.send("{'type':'credit','id':'" + id + "','records':1}");
        }
        assertThat(client.connection().closed).contains(Goodbye.POLICY);
        assertThat(client.socket().queuedBytes()).isLessThan(3L * fixture.settings.maxQueuedBytes());
    }

    @Test
    void recordsCarryTheTraceOfTheSocketUnlessTheyBringTheirOwn() {
        // given
        Client traced = fixture.connect();
        traced.connection().trace = TraceParent.parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        // when
        traced.send("{'type':'produce','topic':'orders','records':[{'partition':0,'value':1},"
                + "{'partition':0,'value':2,'headers':[{'key':'traceparent','value':'b3du'}]}]}");
        traced.send("{'type':'subscribe','topic':'orders','partitions':[0],'from':'earliest'}");
        // then
        JsonNode records = traced.last().path("records");
        assertThat(header(records.get(0))).containsExactly("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        assertThat(header(records.get(1))).containsExactly("own");
    }

    private static List<String> header(JsonNode record) {
        List<String> values = new ArrayList<>();
        for (JsonNode header : record.path("headers")) {
            assertThat(header.path("key").asText()).isEqualTo("traceparent");
            values.add(
                    new String(Base64.getDecoder().decode(header.path("value").asText()), UTF_8));
        }
        return values;
    }
}
