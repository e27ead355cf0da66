/**
 * The load program: drives Barnabas over each of its transports, and Apache Kafka through its own clients, with the same
 * records in the same run, checks every record it reads back and prints both with their ratio. See {@code
 * src/docs/load.md}.
 *
 * <p>A {@link io.barnabas.load.Workload} says what is sent, a {@link io.barnabas.load.Target} where to; {@link
 * io.barnabas.load.Trial} is one measured run of one on the other. All input and output of a thread goes through the one
 * {@link io.barnabas.load.Lane} it owns, so a run needs few threads whatever the number of connections.
 *
 * <p>Lies beside the tests because it needs Apache Kafka's clients, which the product does not. Depends on {@code
 * io.barnabas.record} alone: everything else it knows of Barnabas is what a client sees.
 */
package io.barnabas.load;
