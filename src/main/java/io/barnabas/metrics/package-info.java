/**
 * Counts what the other rooms tell and shows it at the server's {@code /metrics}, through MicroProfile Metrics. Nobody
 * depends on this room: a room that has something to tell has an interface of its own for it ({@code LogEvents}, {@code
 * GroupEvents}, {@code ClientEvents}, {@code PeerEvents}, {@code Cluster.Listener}), and the root hands it the
 * implementation from here.
 *
 * <p>Names follow Prometheus: base units in the name, {@code _total} for what only grows. What happens often touches an
 * adder that is held already; names are looked up when a topic or a group comes, not when a record does. Topics, groups
 * and partitions have series of their own up to a limit, the rest share {@code _other}.
 *
 * <pre>
 *   rooms --tell--&gt; *Metrics --add--&gt; Exposition (MicroProfile Metrics)  &lt;--scrape-- Prometheus
 *                      ^
 *   refresh (timer) ---'   sizes, members and lag, which nobody tells: looked at now and then
 * </pre>
 */
package io.barnabas.metrics;
