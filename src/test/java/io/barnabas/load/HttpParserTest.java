package io.barnabas.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpParserTest {
    private static final String TWO_ANSWERS = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
            + "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"
            + "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 1000})
    void readsAnswersInPiecesOfAnySize(int pieceBytes) throws IOException {
        // given
        HttpParser parser = new HttpParser();
        ByteBuffer buffer = ByteBuffer.allocate(1000);
        byte[] stream = TWO_ANSWERS.getBytes(US_ASCII);
        List<String> answers = new ArrayList<>();
        // when
        for (int at = 0; at < stream.length; at += pieceBytes) {
            buffer.put(stream, at, Math.min(pieceBytes, stream.length - at)).flip();
            HttpAnswer answer = parser.next(buffer);
            while (answer != null) {
                answers.add(answer.status() + " " + US_ASCII.decode(answer.body()) + " " + parser.wasLast());
                answer = parser.next(buffer);
            }
            buffer.compact();
        }
        // then
        assertThat(answers).containsExactly("200 hello false", "201 abcd0123456789 false", "204  true");
        assertThat(buffer.position()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SMTP ready\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void refusesWhatItCannotRead(String stream) {
        assertThatThrownBy(() -> new HttpParser().next(ByteBuffer.wrap(stream.getBytes(US_ASCII))))
                .isInstanceOf(IOException.class);
    }
}
