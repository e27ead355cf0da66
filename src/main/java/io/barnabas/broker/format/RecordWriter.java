package io.barnabas.broker.format;

import io.barnabas.record.Header;
import io.barnabas.record.LogRecord;
import io.barnabas.record.RecordCursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes records as JSON objects in the form of the REST v2 family:
 *
 * <pre>
 * {"topic": "orders", "key": K, "value": V, "partition": 0, "offset": 7, "timestamp": 1700000000000,
 *  "headers": [{"key": "h", "value": "base64"}]}
 * </pre>
 *
 * <p>A record whose key or value does not fit the format, such as bytes that are no JSON, is written all the same: both
 * are base64 then, {@code "encoding": "base64"} and {@code "error"} say so, and the records around it are not harmed.
 *
 * <p>Makes no object per record when it is given a cursor over an array, but for headers. A record is written in one go and
 * taken back when it turns out not to fit. Confined to one thread; its memory is that of the largest record it has written.
 */
public final class RecordWriter {
    /** Leaves the partition out, where all records around are of one. */
    public static final int NO_PARTITION = -1;

    private static final byte[] TOPIC = ascii("\"topic\":");
    private static final byte[] KEY = ascii("\"key\":");
    private static final byte[] VALUE = ascii(",\"value\":");
    private static final byte[] PARTITION = ascii(",\"partition\":");
    private static final byte[] OFFSET = ascii(",\"offset\":");
    private static final byte[] TIMESTAMP = ascii(",\"timestamp\":");
    private static final byte[] NO_HEADERS = ascii(",\"headers\":[]");
    private static final byte[] HEADERS = ascii(",\"headers\":[");
    private static final byte[] BASE64 = ascii(",\"encoding\":\"base64\",\"error\":");
    private static final byte[] NULL = ascii("null");

    private final Field key;
    private final Field value;

    public RecordWriter(RecordFormat format, Json json) {
        this.key = new Field(FieldForm.of(format, json));
        this.value = new Field(FieldForm.of(format, json));
    }

    private static byte[] ascii(String json) {
        return json.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Writes the cursor's current record.
     *
     * @param topic null leaves it out
     * @param partition {@link #NO_PARTITION} leaves it out
     */
    public void write(JsonBytes out, String topic, int partition, RecordCursor record) {
        key.take(record.buffer(), record.keyAt(), record.keyLength());
        value.take(record.buffer(), record.valueAt(), record.valueLength());
        List<Header> headers = record.headerCount() == 0 ? List.of() : record.headers();
        write(out, topic, partition, record.offset(), record.timestamp(), headers);
    }

    /** Writes a record, with the same meaning of {@code topic} and {@code partition}. */
    public void write(JsonBytes out, String topic, int partition, LogRecord record) {
        key.take(record.key());
        value.take(record.value());
        write(out, topic, partition, record.offset(), record.timestamp(), record.headers());
    }

    private void write(JsonBytes out, String topic, int partition, long offset, long timestamp, List<Header> headers) {
        out.raw('{');
        if (topic != null) {
            writeTopic(out, topic);
        }
        String error = writeKeyAndValue(out);
        if (partition != NO_PARTITION) {
            out.raw(PARTITION);
            out.number(partition);
        }
        out.raw(OFFSET);
        out.number(offset);
        out.raw(TIMESTAMP);
        out.number(timestamp);
        writeHeaders(out, headers);
        if (error != null) {
            out.raw(BASE64);
            out.string(error);
        }
        out.raw('}');
    }

    private static void writeTopic(JsonBytes out, String topic) {
        out.raw(TOPIC);
        out.string(topic);
        out.raw(',');
    }

    /** Null when both fit the format, else the sentence that says why not. */
    private String writeKeyAndValue(JsonBytes out) {
        int before = out.size();
        out.raw(KEY);
        String misfit = key.write(out);
        if (misfit == null) {
            out.raw(VALUE);
            misfit = value.write(out);
            if (misfit == null) {
                return null;
            }
            misfit = "value " + misfit;
        } else {
            misfit = "key " + misfit;
        }
        out.back(before);
        out.raw(KEY);
        key.writeBase64(out);
        out.raw(VALUE);
        value.writeBase64(out);
        return misfit;
    }

    private static void writeHeaders(JsonBytes out, List<Header> headers) {
        if (headers.isEmpty()) {
            out.raw(NO_HEADERS);
            return;
        }
        out.raw(HEADERS);
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            out.raw(i == 0 ? '{' : ',');
            if (i > 0) {
                out.raw('{');
            }
            out.raw(KEY);
            out.string(header.key());
            out.raw(VALUE);
            if (header.value() == null) {
                out.raw(NULL);
            } else {
                out.base64(header.value(), 0, header.value().length);
            }
            out.raw('}');
        }
        out.raw(']');
    }

    /** A key or a value: where its bytes are, and how it is shown. */
    private static final class Field {
        private static final byte[] EMPTY = new byte[0];

        private final FieldForm form;
        private byte[] copy = EMPTY;
        private byte[] bytes = EMPTY;
        private int at;
        private int length;

        Field(FieldForm form) {
            this.form = form;
        }

        void take(byte[] array) {
            bytes = array == null ? EMPTY : array;
            at = 0;
            length = array == null ? RecordCursor.NULL_LENGTH : array.length;
        }

        void take(ByteBuffer buffer, int from, int size) {
            length = size;
            if (buffer.hasArray()) {
                bytes = buffer.array();
                at = buffer.arrayOffset() + from;
                return;
            }
            at = 0;
            if (size > copy.length) {
                copy = new byte[size];
            }
            bytes = copy;
            if (size > 0) {
                buffer.get(from, copy, 0, size);
            }
        }

        /** Null when the bytes fit the form, else the sentence that says why not; a part is written then. */
        String write(JsonBytes out) {
            if (length < 0) {
                out.raw(NULL);
                return null;
            }
            return form.write(out, bytes, at, length);
        }

        void writeBase64(JsonBytes out) {
            if (length < 0) {
                out.raw(NULL);
            } else {
                out.base64(bytes, at, length);
            }
        }
    }
}
