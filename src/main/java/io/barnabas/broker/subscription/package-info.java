/**
 * Subscriptions: records that flow to a reader as long as it has credit, alone or as a member of a group, whatever
 * carries them.
 *
 * <p>Knows no transport: what goes out leaves through an {@link io.barnabas.broker.subscription.Outlet}, and everything
 * of one subscription happens in the turns of one {@link io.barnabas.broker.subscription.SerialExecutor}. Depends on
 * {@code broker}, {@code group}, {@code log}, {@code record}.
 */
package io.barnabas.broker.subscription;
