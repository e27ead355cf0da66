package io.barnabas.log.bookkeeper;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;

/**
 * What every entry of a ledger begins with. Big-endian; BookKeeper's own checksum covers entry and envelope.
 *
 * <pre>
 *  0 int32 magic "BKE1"     8 int32 epoch        20 int64 endOffset      36 int64 snapshotEntryId
 *  4 int8  version (1)     12 int64 baseOffset   28 int64 maxTimestamp   44 int32 part
 *  5 int8  type                                                          48 payload
 *  6 int16 0
 * </pre>
 *
 * <pre>
 * ledger:    HEADER SNAPSHOT+ ( DATA | PART+ DATA | SNAPSHOT+ )* [ SNAPSHOT+ FOOTER ]
 *
 * HEADER     whose ledger it is: int64 int64 topic id, int32 partition, UTF-8 name of the topic
 * SNAPSHOT   int32 index, int32 count, then that part of the state of producers before the next DATA
 * DATA       whole record batches, back to back
 * PART       the beginning of batches too large for one entry, or the next bytes; DATA holds the last ones
 * FOOTER     points of the index, each int64 entry id, int64 base offset, int64 maximum timestamp
 * </pre>
 *
 * @param baseOffset of the first record of the entry; of a PART, of the whole it is a part of
 * @param endOffset where the log ends after this entry, exclusive; a PART ends nothing, so it is its base offset
 * @param maxTimestamp the newest in this ledger up to and with this entry, -1 when there is none
 * @param snapshotEntryId the first entry of the newest whole snapshot before this one; -1 before there is one
 * @param part how many entries before this one hold the beginning of its batches
 */
record Envelope(
        Type type, int epoch, long baseOffset, long endOffset, long maxTimestamp, long snapshotEntryId, int part) {
    static final int BYTES = 48;
    private static final int MAGIC = 0x424b4531;
    private static final byte VERSION = 1;

    /** What an entry is. Numbers are stored: never changed. */
    enum Type {
        HEADER(1),
        SNAPSHOT(2),
        DATA(3),
        PART(4),
        FOOTER(5);

        private final byte number;

        Type(int number) {
            this.number = (byte) number;
        }

        private static Type of(byte number) {
            for (Type type : values()) {
                if (type.number == number) {
                    return type;
                }
            }
            throw new BarnabasException(ErrorCode.CORRUPT_DATA, "an entry of a ledger has the unknown type " + number);
        }
    }

    byte[] bytes() {
        return ByteBuffer.allocate(BYTES)
                .putInt(MAGIC)
                .put(VERSION)
                .put(type.number)
                .putShort((short) 0)
                .putInt(epoch)
                .putLong(baseOffset)
                .putLong(endOffset)
                .putLong(maxTimestamp)
                .putLong(snapshotEntryId)
                .putInt(part)
                .array();
    }

    /**
     * Reads from the buffer's position on and moves it to the payload.
     *
     * @throws BarnabasException {@code CORRUPT_DATA}
     */
    static Envelope read(ByteBuffer entry) {
        if (entry.remaining() < BYTES || entry.getInt() != MAGIC) {
            throw new BarnabasException(ErrorCode.CORRUPT_DATA, "an entry of a ledger does not begin as ours do");
        }
        byte version = entry.get();
        if (version != VERSION) {
            throw new BarnabasException(
                    ErrorCode.CORRUPT_DATA,
                    "an entry of a ledger has version " + version + ", this node reads " + VERSION
                            + ": it was written by another Barnabas");
        }
        Type type = Type.of(entry.get());
        entry.getShort();
        return new Envelope(
                type,
                entry.getInt(),
                entry.getLong(),
                entry.getLong(),
                entry.getLong(),
                entry.getLong(),
                entry.getInt());
    }
}
