package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class BodiesTest {
    private final Bodies bodies = new Bodies(new RestSettings(100, 1_000, 1_500, 1, 1, 1, false));

    @Test
    void readsABodyOfUnknownLengthUpToTheLimit() {
        // when
        byte[] read = bodies.records(stream(1_000), GivenHeaders.none(), bodies.hold());
        // then
        assertThat(read).hasSize(1_000);
    }

    @Test
    void stopsAtTheLimitThoughNoLengthWasAnnounced() {
        assertRefused(
                ErrorCode.BODY_TOO_LARGE, () -> bodies.records(stream(1_001), GivenHeaders.none(), bodies.hold()));
    }

    @Test
    void refusesAnAnnouncedLengthWithoutReading() {
        InputStream untouched = InputStream.nullInputStream();
        // a closed stream cannot be read
        assertThatCode(untouched::close).doesNotThrowAnyException();
        assertRefused(
                ErrorCode.BODY_TOO_LARGE,
                () -> bodies.records(untouched, GivenHeaders.none().withLength(1_001), bodies.hold()));
    }

    @Test
    void countsUnpackedBytes() throws IOException {
        // given
        byte[] packed = gzip(new byte[100_000]);
        assertThat(packed).hasSizeLessThan(1_000);
        // when, then
        assertRefused(
                ErrorCode.BODY_TOO_LARGE,
                () -> bodies.records(
                        new ByteArrayInputStream(packed),
                        GivenHeaders.none().withEncoding("gzip").withLength(packed.length),
                        bodies.hold()));
    }

    @Test
    void unpacksGzip() throws IOException {
        // given
        byte[] packed = gzip("{\"offset\":7}".getBytes(UTF_8));
        // when
        TruncateBody body = bodies.control(
                new ByteArrayInputStream(packed),
                GivenHeaders.none().withEncoding("gzip").withLength(packed.length),
                TruncateBody.class);
        // then
        assertThat(body.requiredOffset()).isEqualTo(7);
    }

    @Test
    void refusesOtherPackings() {
        assertRefused(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                () -> bodies.records(stream(1), GivenHeaders.none().withEncoding("br"), bodies.hold()));
    }

    @Test
    void refusesBrokenGzip() {
        assertRefused(
                ErrorCode.MALFORMED_REQUEST,
                () -> bodies.records(stream(10), GivenHeaders.none().withEncoding("gzip"), bodies.hold()));
    }

    @Test
    void refusesOtherCharsets() {
        assertRefused(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                () -> bodies.control(
                        new ByteArrayInputStream("{}".getBytes(UTF_8)),
                        GivenHeaders.none().withCharset("utf-16"),
                        TruncateBody.class));
    }

    @Test
    void namesTheMediaTypesItTakes() {
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> bodies.control(
                        new ByteArrayInputStream("{}".getBytes(UTF_8)),
                        GivenHeaders.none().withType("text", "plain"),
                        TruncateBody.class))
                .withMessageContaining("'text/plain'")
                .withMessageContaining("application/vnd.kafka.v2+json");
    }

    @Test
    void boundsAllBodiesTogetherUntilTheyAreAnswered() {
        // given
        Bodies.Held first = bodies.hold();
        bodies.records(stream(1_000), GivenHeaders.none().withLength(1_000), first);
        // when, then
        try (Bodies.Held second = bodies.hold()) {
            assertRefused(ErrorCode.OVERLOADED, () -> bodies.records(stream(600), GivenHeaders.none(), second));
        }
        first.close();
        assertThat(bodies.records(stream(600), GivenHeaders.none(), bodies.hold()))
                .hasSize(600);
    }

    private static InputStream stream(int size) {
        return new ByteArrayInputStream(new byte[size]);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatExceptionOfType(BarnabasException.class).isThrownBy(call).satisfies(e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
