/**
 * HTTP consumer instances: a consumer that lives on the server side and is driven by requests. Transport-free; {@code
 * rest} is its only user.
 *
 * <p>What an instance is (settings, subscription, member id) is journaled by the group coordinator; what it does at the
 * moment (positions, what it returned) lives on the node that serves it and is made anew from the journal and the
 * committed offsets when a node does not know it, after a restart above all. Depends on {@code broker}, {@code group},
 * {@code log}, {@code record}.
 */
package io.barnabas.broker.consumer;
