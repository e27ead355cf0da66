package io.barnabas.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the fields that {@link FieldWriter} writes, for the journal and for what nodes tell each other. What cannot be
 * there is an error of the code and origin given. Confined.
 */
public final class FieldReader {
    private final ByteBuffer bytes;
    private final ErrorCode code;
    private final String what;

    /**
     * Reads from position to limit, which are left alone.
     *
     * @param code of what is wrong with the bytes
     * @param what it is, for people
     */
    public FieldReader(ByteBuffer bytes, ErrorCode code, String what) {
        this.bytes = bytes.slice();
        this.code = code;
        this.what = what;
    }

    /** Reads a part of a record of the group journal. */
    static FieldReader ofJournal(byte[] bytes, String what) {
        String whole = "the group journal's " + what;
        if (bytes == null) {
            throw new BarnabasException(ErrorCode.CORRUPT_DATA, whole + " is missing");
        }
        return new FieldReader(ByteBuffer.wrap(bytes), ErrorCode.CORRUPT_DATA, whole);
    }

    public byte int8() {
        requireLeft(Byte.BYTES);
        return bytes.get();
    }

    public int int32() {
        requireLeft(Integer.BYTES);
        return bytes.getInt();
    }

    public long int64() {
        requireLeft(Long.BYTES);
        return bytes.getLong();
    }

    public String text() {
        int size = int32();
        requireLeft(size);
        byte[] text = new byte[size];
        bytes.get(text);
        return new String(text, UTF_8);
    }

    public Optional<String> optionalText() {
        return int8() == 0 ? Optional.empty() : Optional.of(text());
    }

    public <T> List<T> list(Function<FieldReader, T> read) {
        int count = int32();
        // An element has at least a byte, so a count beyond what is left is nonsense and must not be believed.
        requireLeft(count);
        List<T> elements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            elements.add(read.apply(this));
        }
        return elements;
    }

    public void requireEnd() {
        if (bytes.hasRemaining()) {
            throw wrong(" is " + bytes.remaining() + " bytes too long");
        }
    }

    private void requireLeft(int count) {
        if (count < 0 || count > bytes.remaining()) {
            throw wrong(" ends inside of a field");
        }
    }

    private BarnabasException wrong(String how) {
        return new BarnabasException(code, what + how);
    }
}
