package io.barnabas.load;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The ways in which records can travel; on the command line in lower case with hyphens. */
enum TargetKind {
    /** {@code POST /topics/T} and {@code GET .../records}. */
    HTTP_JSON,
    /** {@code POST} and {@code GET .../batches}. */
    HTTP_BATCHES,
    /** The sub-protocol {@code barnabas.json.v1}. */
    WS_JSON,
    /** The sub-protocol {@code barnabas.binary.v1}. */
    WS_BINARY,
    /** The requests of {@link #HTTP_JSON} to a path that keeps nothing. */
    SINK_JSON,
    /** The requests of {@link #HTTP_BATCHES} to a path that keeps nothing. */
    SINK_BATCHES,
    /** The frames of {@link #WS_BINARY} to a path that keeps nothing. */
    SINK_WS,
    /** The same to a path that keeps them in memory, and its subscription. */
    SOURCE_WS,
    /** Apache Kafka. */
    KAFKA;

    static TargetKind parse(String text) {
        return Arrays.stream(values())
                .filter(kind -> kind.option().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a target is one of "
                        + Arrays.stream(values()).map(TargetKind::option).collect(Collectors.joining(", "))
                        + ", got '" + text + "'"));
    }

    String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
