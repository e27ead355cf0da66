/**
 * Clients that go on whatever happens to the servers of a cluster, and the faults that happen to them. What the clients
 * were told and saw goes to a {@link io.barnabas.testing.history.History}, which is checked at the end.
 */
package io.barnabas.chaos;
