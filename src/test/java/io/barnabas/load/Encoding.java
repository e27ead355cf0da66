package io.barnabas.load;

import java.nio.ByteBuffer;

/** Turns the records of one request into its body, one by one. Good for one request; confined to one thread. */
interface Encoding {
    /** Appends a record, copying what it is given; the key may be null. */
    void add(int partition, byte[] key, byte[] value);

    /** Whether the request is as large as it should get. */
    boolean full();

    /** The body; nothing can be added any more. */
    ByteBuffer finish();
}
