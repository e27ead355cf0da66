/**
 * The use cases: produce, fetch with long poll, topics, groups. Routes by ownership, authorises, bounds; the front ends
 * ({@code rest}, {@code websocket}) say nothing that is not said here.
 *
 * <p>Knows no transport. Depends on {@code cluster}, {@code group}, {@code log}, {@code record}.
 */
package io.barnabas.broker;
