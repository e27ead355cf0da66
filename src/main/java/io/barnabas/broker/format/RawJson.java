package io.barnabas.broker.format;

import com.fasterxml.jackson.core.SerializableString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Lets a generator copy UTF-8 JSON text as it is, byte for byte when it writes UTF-8 itself: the one way it has for bytes
 * that are neither a string nor binary. Only raw writing is supported, since JSON text is never quoted again.
 */
final class RawJson implements SerializableString {
    private static final int DOES_NOT_FIT = -1;

    private final Scratch text;

    RawJson(Scratch text) {
        this.text = text;
    }

    @Override
    public String getValue() {
        return new String(text.array(), 0, text.size(), StandardCharsets.UTF_8);
    }

    @Override
    public int charLength() {
        return getValue().length();
    }

    @Override
    public byte[] asUnquotedUTF8() {
        byte[] copy = new byte[text.size()];
        System.arraycopy(text.array(), 0, copy, 0, copy.length);
        return copy;
    }

    @Override
    public int appendUnquotedUTF8(byte[] buffer, int offset) {
        if (text.size() > buffer.length - offset) {
            return DOES_NOT_FIT;
        }
        System.arraycopy(text.array(), 0, buffer, offset, text.size());
        return text.size();
    }

    @Override
    public int appendUnquoted(char[] buffer, int offset) {
        String value = getValue();
        if (value.length() > buffer.length - offset) {
            return DOES_NOT_FIT;
        }
        value.getChars(0, value.length(), buffer, offset);
        return value.length();
    }

    @Override
    public int writeUnquotedUTF8(OutputStream out) throws IOException {
        out.write(text.array(), 0, text.size());
        return text.size();
    }

    @Override
    public int putUnquotedUTF8(ByteBuffer buffer) {
        if (text.size() > buffer.remaining()) {
            return DOES_NOT_FIT;
        }
        buffer.put(text.array(), 0, text.size());
        return text.size();
    }

    @Override
    public char[] asQuotedChars() {
        throw quoted();
    }

    @Override
    public byte[] asQuotedUTF8() {
        throw quoted();
    }

    @Override
    public int appendQuotedUTF8(byte[] buffer, int offset) {
        throw quoted();
    }

    @Override
    public int appendQuoted(char[] buffer, int offset) {
        throw quoted();
    }

    @Override
    public int writeQuotedUTF8(OutputStream out) {
        throw quoted();
    }

    @Override
    public int putQuotedUTF8(ByteBuffer buffer) {
        throw quoted();
    }

    private static UnsupportedOperationException quoted() {
        return new UnsupportedOperationException("JSON text is written raw");
    }
}
