package io.barnabas.log.bookkeeper;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.barnabas.log.bookkeeper.LedgerDocuments.Document;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.bookkeeper.client.api.LedgerMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ledgers that nobody needs any more: those of deleted topics, and those that no partition names, as a node leaves one
 * when it dies between making and naming it. On the housekeeping thread; blocks.
 */
final class Orphans {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    private final BookKeeperContext context;

    Orphans(BookKeeperContext context) {
        this.context = context;
    }

    /** Deletes the ledgers of deleted topics; true when none is left. */
    boolean deleteRemains() {
        boolean all = true;
        for (Document document : Waits.of(context.documents().remains())) {
            try {
                for (long ledgerId : document.ledgers().ledgerIds()) {
                    Waits.of(context.ledgers().delete(ledgerId));
                }
                Waits.of(context.documents().forget(document));
                LOG.info(
                        "Ledgers of a deleted partition deleted topicId={} partition={} ledgers={}",
                        document.topicId(),
                        document.partition(),
                        document.ledgers().ledgerIds().size());
            } catch (BarnabasException e) {
                all = false;
                LOG.warn(
                        "Ledgers of a deleted partition are not deleted yet topicId={} partition={}",
                        document.topicId(),
                        document.partition(),
                        e);
            }
        }
        return all;
    }

    /** Tells of ledgers that no partition names, and deletes them if that is wished for. */
    List<Long> sweep(boolean deletion) {
        List<Long> orphans = find();
        for (long ledgerId : orphans) {
            if (deletion) {
                Waits.of(context.ledgers().delete(ledgerId));
            }
            LOG.warn("No partition names this ledger ledger={} deleted={}", ledgerId, deletion);
        }
        return orphans;
    }

    /**
     * Ours, named by no list, and old enough. The lists are read after the ledgers: what was listed meanwhile is seen,
     * what was made meanwhile is not looked at.
     */
    private List<Long> find() {
        List<Long> all = context.ledgers().all();
        Set<Long> named = Waits.of(context.documents().named());
        List<Long> orphans = new ArrayList<>();
        for (long ledgerId : all) {
            if (!named.contains(ledgerId) && isOursAndOld(ledgerId)) {
                orphans.add(ledgerId);
            }
        }
        return orphans;
    }

    private boolean isOursAndOld(long ledgerId) {
        LedgerMetadata metadata;
        try {
            metadata = Waits.of(context.ledgers().metadata(ledgerId));
        } catch (BarnabasException e) {
            if (e.code() == ErrorCode.CORRUPT_DATA) {
                return false; // deleted meanwhile
            }
            throw e;
        }
        byte[] application = metadata.getCustomMetadata().get(Ledgers.APPLICATION);
        boolean ours = application != null && new String(application, US_ASCII).equals(Ledgers.APPLICATION_NAME);
        return ours
                && context.clock().millis() - metadata.getCtime()
                        > context.settings().orphanAgeMs();
    }
}
