package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.record.RecordBatch;
import io.barnabas.websocket.SocketFixture.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Producer ids and sequences over a socket. */
class IdempotentFramesTest {
    private final SocketFixture fixture = new SocketFixture(2);
    private final Client client = fixture.connect();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void givesIdsAndEpochs() {
        client.send("{'type':'producer','id':'1'}");
        assertThat(client.last().toString())
                .isEqualTo("{\"type\":\"producer\",\"id\":\"1\",\"producerId\":0,\"producerEpoch\":0}");
        client.send("{'type':'producer','id':'2','producerId':0,'producerEpoch':0}");
        assertThat(client.last().toString())
                .isEqualTo("{\"type\":\"producer\",\"id\":\"2\",\"producerId\":0,\"producerEpoch\":1}");
    }

    @Test
    void writesProducerAndSequenceIntoTheBatch() {
        // when
        client.send("{'type':'produce','id':'1','topic':'orders','records':[{'partition':1,'value':1}],"
                + "'sequence':120,'producerEpoch':3,'producerId':7}");
        // then
        assertThat(client.last().path("offsets").toString()).isEqualTo("[{\"partition\":1,\"offset\":0}]");
        RecordBatch batch = RecordBatch.at(
                fixture.log(1).read(0, 1_000).toCompletableFuture().join().batches());
        assertThat(batch.producerId()).isEqualTo(7);
        assertThat(batch.producerEpoch()).isEqualTo((short) 3);
        assertThat(batch.baseSequence()).isEqualTo(120);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'producer','id':1,'producerId':0}                                 | producerEpoch",
                "{'type':'producer','id':1,'producerId':5000,'producerEpoch':0}            | 5000",
                "{'type':'producer','id':1,'producerId':0,'producerEpoch':32768}           | 32767",
                "{'type':'producer','id':1,'producerId':4611686018427387904,'producerEpoch':0} | 4611686018427387903",
                "{'type':'producer','id':1,'sequence':0}                                   | sequence",
                "{'type':'produce','id':1,'topic':'orders','records':[{'partition':0,'value':1}],'producerId':0} | sequence",
                "{'type':'produce','id':1,'topic':'orders','records':[{'partition':0,'value':1}],'producerId':0,'producerEpoch':0,'sequence':-1} | sequence",
                "{'type':'produce','id':1,'topic':'orders','records':[{'partition':0,'value':1},{'partition':1,'value':1}],'producerId':0,'producerEpoch':0,'sequence':0} | [0, 1]",
                "{'type':'produce','id':1,'topic':'orders','records':[{'value':1}],'producerId':0,'producerEpoch':0,'sequence':0} | partition",
            })
    void aWrongFrameIsNamed(String frame, String part) {
        client.send(frame);
        JsonNode answer = client.last();
        assertThat(answer.path("type").asText()).isEqualTo("error");
        assertThat(answer.path("error_code").asInt()).isEqualTo(42200);
        assertThat(answer.path("message").asText()).contains(part);
        assertThat(fixture.log(0).endOffset() + fixture.log(1).endOffset()).isZero();
    }
}
