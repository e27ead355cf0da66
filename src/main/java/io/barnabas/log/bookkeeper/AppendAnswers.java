package io.barnabas.log.bookkeeper;

import io.barnabas.log.Append;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.BarnabasException;

/** Hears in the partition's turn what became of each append. */
interface AppendAnswers {
    void done(Append append, AppendResult result);

    void failed(Append append, BarnabasException failure);

    /** The high watermark is about to move over these. */
    void durable(StoredBatches batches);

    /** The high watermark has moved. */
    void moved();

    /** This is written from now on. */
    void opened(OpenLedger ledger);

    long logStartOffset();
}
