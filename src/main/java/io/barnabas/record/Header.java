package io.barnabas.record;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/** A record's header: a key and bytes, which may be null. The array is not copied: treat it as immutable. */
@SuppressWarnings("ArrayRecordComponent") // bytes on the hot path; equality is by content, below
public record Header(String key, byte[] value) {
    public Header {
        requireNonNull(key, "key");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Header that && key.equals(that.key) && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * key.hashCode() + Arrays.hashCode(value);
    }
}
