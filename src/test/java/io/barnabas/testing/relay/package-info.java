/**
 * A network between the processes of a test that can be cut, slowed and healed, without any rights of the system: relays on
 * loopback addresses, in front of what the processes listen on. Where one process must see another at an address of its own,
 * it is given a file of host names.
 */
package io.barnabas.testing.relay;
