/**
 * How records look as JSON: the json, text and binary formats of the REST v2 family, read from produce requests and
 * written into answers and frames, streaming, without a tree and without numbers turned into doubles.
 *
 * <p>Knows no transport and no topic. Depends on {@code record} and on Jackson's streaming core.
 */
package io.barnabas.broker.format;
