/**
 * What {@code barnabas.jar} does before and around the server that is packed into it, in the server's own class loaders:
 * these classes are in the jar and not in the WAR, which finds them through the server where it needs them and works
 * without them.
 *
 * <p>Depends on no other room, and no other on it.
 */
package io.barnabas.launch;
