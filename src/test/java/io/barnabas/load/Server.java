package io.barnabas.load;

import java.io.Closeable;

/** A server that this program has started, on loopback, with data of its own; closing ends it and deletes the data. */
interface Server extends Closeable {
    int port();
}
