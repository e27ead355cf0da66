package io.barnabas.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Writes the fields of {@link JournalFormat}. Confined, good for one key or value. */
final class FieldWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    FieldWriter int8(byte value) {
        bytes.write(value);
        return this;
    }

    FieldWriter int32(int value) {
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            bytes.write(value >>> shift);
        }
        return this;
    }

    FieldWriter int64(long value) {
        return int32((int) (value >>> Integer.SIZE)).int32((int) value);
    }

    FieldWriter text(String text) {
        byte[] encoded = text.getBytes(UTF_8);
        int32(encoded.length);
        bytes.write(encoded, 0, encoded.length);
        return this;
    }

    FieldWriter optionalText(Optional<String> text) {
        int8((byte) (text.isPresent() ? 1 : 0));
        text.ifPresent(this::text);
        return this;
    }

    <T> FieldWriter list(Collection<T> elements, BiConsumer<FieldWriter, T> write) {
        int32(elements.size());
        elements.forEach(element -> write.accept(this, element));
        return this;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
