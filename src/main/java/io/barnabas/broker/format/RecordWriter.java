package io.barnabas.broker.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.barnabas.record.Header;
import io.barnabas.record.LogRecord;
import io.barnabas.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
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
 * <p>Makes no object per record when it is given a cursor over an array, but for headers and base64. Confined to one
 * thread; its memory is that of the largest record it has written.
 */
public final class RecordWriter {
    /** Leaves the partition out, where all records around are of one. */
    public static final int NO_PARTITION = -1;

    private final Field key;
    private final Field value;

    public RecordWriter(RecordFormat format, Json json) {
        this.key = new Field(FieldForm.of(format, json));
        this.value = new Field(FieldForm.of(format, json));
    }

    /**
     * Writes the cursor's current record.
     *
     * @param topic null leaves it out
     * @param partition {@link #NO_PARTITION} leaves it out
     */
    public void write(JsonGenerator out, String topic, int partition, RecordCursor record) throws IOException {
        key.take(record.buffer(), record.keyAt(), record.keyLength());
        value.take(record.buffer(), record.valueAt(), record.valueLength());
        write(out, topic, partition, record.offset(), record.timestamp(), record.headers());
    }

    /** Writes a record, with the same meaning of {@code topic} and {@code partition}. */
    public void write(JsonGenerator out, String topic, int partition, LogRecord record) throws IOException {
        key.take(record.key());
        value.take(record.value());
        write(out, topic, partition, record.offset(), record.timestamp(), record.headers());
    }

    private void write(
            JsonGenerator out, String topic, int partition, long offset, long timestamp, List<Header> headers)
            throws IOException {
        String keyError = key.prepare("key ");
        String error = keyError == null ? value.prepare("value ") : keyError;
        out.writeStartObject();
        if (topic != null) {
            out.writeStringField("topic", topic);
        }
        key.write(out, "key", error != null);
        value.write(out, "value", error != null);
        if (partition != NO_PARTITION) {
            out.writeNumberField("partition", partition);
        }
        out.writeNumberField("offset", offset);
        out.writeNumberField("timestamp", timestamp);
        writeHeaders(out, headers);
        if (error != null) {
            out.writeStringField("encoding", "base64");
            out.writeStringField("error", error);
        }
        out.writeEndObject();
    }

    private static void writeHeaders(JsonGenerator out, List<Header> headers) throws IOException {
        out.writeArrayFieldStart("headers");
        for (Header header : headers) {
            out.writeStartObject();
            out.writeStringField("key", header.key());
            if (header.value() == null) {
                out.writeNullField("value");
            } else {
                out.writeBinaryField("value", header.value());
            }
            out.writeEndObject();
        }
        out.writeEndArray();
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

        /** Null when the bytes fit the form, else the sentence that says why not. */
        String prepare(String name) throws IOException {
            if (length < 0) {
                return null;
            }
            String misfit = form.prepare(bytes, at, length);
            return misfit == null ? null : name + misfit;
        }

        void write(JsonGenerator out, String name, boolean base64) throws IOException {
            out.writeFieldName(name);
            if (length < 0) {
                out.writeNull();
            } else if (base64) {
                out.writeBinary(bytes, at, length);
            } else {
                form.write(out);
            }
        }
    }
}
