package io.barnabas.rest;

import io.barnabas.broker.RecordOutcome;
import io.barnabas.broker.format.JsonBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What became of each record of a produce request, in its order:
 *
 * <pre>
 * {"offsets": [{"partition": 0, "offset": 7, "duplicate": true}, {"partition": 9, "error_code": 40402, "message": "..."}]}
 * </pre>
 *
 * <p>A partition that was not chosen is left out, {@code duplicate} is there when it is true. Written by hand, since a
 * request has hundreds of them and there is nothing else in its answer.
 */
record OutcomesView(List<RecordOutcome> outcomes) {
    private static final byte[] OFFSETS = ascii("{\"offsets\":[");
    private static final byte[] PARTITION = ascii("\"partition\":");
    private static final byte[] OFFSET = ascii(",\"offset\":");
    private static final byte[] DUPLICATE = ascii(",\"duplicate\":true");
    private static final byte[] ERROR_CODE = ascii("\"error_code\":");
    private static final byte[] MESSAGE = ascii(",\"message\":");
    private static final int STORED_BYTES = 48;

    List<RecordOutcome.Refused> refused() {
        return outcomes.stream()
                .filter(RecordOutcome.Refused.class::isInstance)
                .map(RecordOutcome.Refused.class::cast)
                .toList();
    }

    ByteBuffer json() {
        JsonBytes out = new JsonBytes(0, OFFSETS.length + 2 + STORED_BYTES * outcomes.size());
        out.raw(OFFSETS);
        boolean first = true;
        for (RecordOutcome outcome : outcomes) {
            if (!first) {
                out.raw(',');
            }
            first = false;
            out.raw('{');
            if (outcome instanceof RecordOutcome.Stored stored) {
                write(out, stored);
            } else {
                write(out, (RecordOutcome.Refused) outcome);
            }
            out.raw('}');
        }
        out.raw(']');
        out.raw('}');
        return out.toBuffer();
    }

    private static void write(JsonBytes out, RecordOutcome.Stored stored) {
        out.raw(PARTITION);
        out.number(stored.partition());
        out.raw(OFFSET);
        out.number(stored.offset());
        if (stored.duplicate()) {
            out.raw(DUPLICATE);
        }
    }

    private static void write(JsonBytes out, RecordOutcome.Refused refused) {
        if (refused.partition() >= 0) {
            out.raw(PARTITION);
            out.number(refused.partition());
            out.raw(',');
        }
        out.raw(ERROR_CODE);
        out.number(refused.code().number());
        if (refused.message() != null) {
            out.raw(MESSAGE);
            out.string(refused.message());
        }
    }

    private static byte[] ascii(String json) {
        return json.getBytes(StandardCharsets.US_ASCII);
    }
}
