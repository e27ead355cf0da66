package io.barnabas.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Writes fields, big-endian: {@code text} is an int32 count of bytes and so much UTF-8, {@code T?} a byte 0 or 1 and then
 * the T if it is 1, {@code [T]} an int32 count and so many T. Confined, good for one array.
 */
public final class FieldWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public FieldWriter int8(byte value) {
        bytes.write(value);
        return this;
    }

    public FieldWriter int32(int value) {
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            bytes.write(value >>> shift);
        }
        return this;
    }

    public FieldWriter int64(long value) {
        return int32((int) (value >>> Integer.SIZE)).int32((int) value);
    }

    public FieldWriter text(String text) {
        byte[] encoded = text.getBytes(UTF_8);
        int32(encoded.length);
        bytes.write(encoded, 0, encoded.length);
        return this;
    }

    public FieldWriter optionalText(Optional<String> text) {
        int8((byte) (text.isPresent() ? 1 : 0));
        text.ifPresent(this::text);
        return this;
    }

    public <T> FieldWriter list(Collection<T> elements, BiConsumer<FieldWriter, T> write) {
        int32(elements.size());
        elements.forEach(element -> write.accept(this, element));
        return this;
    }

    public byte[] bytes() {
        return bytes.toByteArray();
    }
}
