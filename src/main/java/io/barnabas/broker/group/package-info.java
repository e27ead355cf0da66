/**
 * Groups on any node: whatever is asked of a group here goes to the node that coordinates it, and what that node tells
 * the group's members reaches those that live here.
 *
 * <p>{@link io.barnabas.broker.group.RoutedGroupCoordinator} stands in front of the coordinator of this node; {@link
 * io.barnabas.broker.group.GroupRequests} answers for it what other nodes ask. Knows no transport beside {@code
 * broker.peer}. Depends on {@code broker.peer}, {@code cluster}, {@code group} and {@code record}.
 */
package io.barnabas.broker.group;
