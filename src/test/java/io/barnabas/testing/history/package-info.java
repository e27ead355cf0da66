/**
 * What clients of a topic were told and saw, as one log of events, and the checker that holds it against what a log
 * promises. Recorders write; {@link io.barnabas.testing.history.HistoryChecker} reads, and is itself tested on planted
 * faults.
 *
 * <pre>
 * ProducerRecorder --+
 * ReaderRecorder   --+--&gt; History (events in one order) --&gt; HistoryChecker --&gt; Verdict
 * MemberRecorder   --+
 * </pre>
 */
package io.barnabas.testing.history;
