package io.barnabas.record;

/** The codecs of the batch format, by the number stored in a batch's attributes. */
public enum Compression {
    NONE(0),
    GZIP(1),
    SNAPPY(2),
    LZ4(3),
    ZSTD(4);

    private final int codec;

    Compression(int codec) {
        this.codec = codec;
    }

    /** The number stored in bits 0 to 2 of the attributes. */
    public int codec() {
        return codec;
    }

    /**
     * The codec with this number.
     *
     * @throws BarnabasException {@code UNREADABLE_BATCH} for a number that no codec has
     */
    public static Compression of(int codec) {
        for (Compression known : values()) {
            if (known.codec == codec) {
                return known;
            }
        }
        throw new BarnabasException(ErrorCode.UNREADABLE_BATCH, "unknown compression codec " + codec);
    }
}
