package io.barnabas.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads the fields of {@link JournalFormat}; what cannot be there is {@code CORRUPT_DATA}. Confined. */
final class FieldReader {
    private final ByteBuffer bytes;
    private final String what;

    FieldReader(byte[] bytes, String what) {
        if (bytes == null) {
            throw corrupt("a record without a " + what);
        }
        this.bytes = ByteBuffer.wrap(bytes);
        this.what = what;
    }

    byte int8() {
        requireLeft(Byte.BYTES);
        return bytes.get();
    }

    int int32() {
        requireLeft(Integer.BYTES);
        return bytes.getInt();
    }

    long int64() {
        requireLeft(Long.BYTES);
        return bytes.getLong();
    }

    String text() {
        int size = int32();
        requireLeft(size);
        byte[] text = new byte[size];
        bytes.get(text);
        return new String(text, UTF_8);
    }

    Optional<String> optionalText() {
        return int8() == 0 ? Optional.empty() : Optional.of(text());
    }

    <T> List<T> list(Function<FieldReader, T> read) {
        int count = int32();
        // An element has at least a byte, so a count beyond what is left is nonsense and must not be believed.
        requireLeft(count);
        List<T> elements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            elements.add(read.apply(this));
        }
        return elements;
    }

    void requireEnd() {
        if (bytes.hasRemaining()) {
            throw corrupt("a " + what + " that is " + bytes.remaining() + " bytes too long");
        }
    }

    private void requireLeft(int count) {
        if (count < 0 || count > bytes.remaining()) {
            throw corrupt("a " + what + " that ends inside of a field");
        }
    }

    private static BarnabasException corrupt(String message) {
        return new BarnabasException(ErrorCode.CORRUPT_DATA, "the group journal holds " + message);
    }
}
