/**
 * The {@link io.barnabas.log.LogEngine} for many machines: Apache BookKeeper stores and replicates, one open ledger per
 * partition, and a list of ledgers per partition that is changed by compare and set only.
 *
 * <p>The only room that imports BookKeeper. Of ZooKeeper it knows nothing but {@link
 * io.barnabas.log.bookkeeper.LedgerDocuments}, which the root package fills in.
 */
package io.barnabas.log.bookkeeper;
