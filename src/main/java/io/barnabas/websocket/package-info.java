/**
 * WebSocket in front of {@code broker}: the frames of {@code src/docs/websocket.md} on {@code /ws}.
 *
 * <p>A connection's frames are parsed on the thread that received them and acted on in the connection's turns, on a
 * shared pool; no connection has a thread of its own. What is queued to a reader is counted, and reading the log stops
 * over a bound. The only package that knows {@code jakarta.websocket}. Depends on {@code broker}, {@code record}.
 */
package io.barnabas.websocket;
