package io.barnabas.websocket;

/** Lengths without encoding. Stateless. */
final class Utf8 {
    private Utf8() {}

    /** How many bytes the text has in UTF-8; a surrogate pair is four. */
    static int length(String text) {
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }
}
