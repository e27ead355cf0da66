/**
 * How nodes of one cluster talk to each other: calls that answer what another node owns, and news that a node pushes to
 * another without being asked. One hop at most: a call is answered by the node that gets it, or refused.
 *
 * <p>Knows ids of nodes and the cluster's view, no HTTP server: the front end hands over what came in. Depends on {@code
 * cluster}, {@code log}, {@code group} and {@code record}.
 */
package io.barnabas.broker.peer;
