/**
 * What both ends of a connection agree on: names, offsets, the record batch format with its checksum and codecs, the
 * partitioner, and the errors a caller can meet.
 *
 * <p>Not here: files, threads, clocks, transports. Depends on nothing but {@code java.*} and the codec libraries.
 */
package io.barnabas.record;
