package io.barnabas.log.bookkeeper;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.barnabas.log.LogId;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.bookkeeper.client.BookKeeper;
import org.apache.bookkeeper.client.api.BKException;
import org.apache.bookkeeper.client.api.BKException.Code;
import org.apache.bookkeeper.client.api.DigestType;
import org.apache.bookkeeper.client.api.LedgerEntries;
import org.apache.bookkeeper.client.api.LedgerEntry;
import org.apache.bookkeeper.client.api.LedgerMetadata;
import org.apache.bookkeeper.client.api.LedgersIterator;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * BookKeeper as this engine uses it. Thread-safe. Stages complete on threads of BookKeeper's client, which must not be
 * held up; their failures are {@link BarnabasException}, see {@link #failure}.
 */
final class Ledgers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ledgers.class);
    private static final byte[] NO_PASSWORD = {};
    private static final byte[] PROBE = {0};
    private static final DigestType DIGEST = DigestType.CRC32C;

    /** Of one batch read, which a bookie counts as one of the reads that it has at a time. */
    private static final int ENTRIES_PER_BATCH_MOST = 512;

    /** Of one read where each bookie has only some of the entries: then each is a read of its own. */
    private static final int ENTRIES_PER_READ_MOST = 64;

    /**
     * A dead node's ledgers are all recovered at once, each with some entries being read from every bookie. A bookie that
     * has as many as its limit lets everything wait on the threads that would answer, so that nothing goes on until the
     * reads time out; with this many it takes nodes by the dozen to get there.
     */
    private static final int RECOVERIES_AT_ONCE = 8;

    /** Keys of a ledger's own metadata, by which the finder of orphans knows ours. */
    static final String APPLICATION = "application";

    static final String APPLICATION_NAME = "barnabas";
    static final String TOPIC_ID = "topicId";

    private final BookKeeper client;
    private final BookKeeperSettings settings;

    /** Where entries are copied out of the client's memory. */
    private final Executor copying;

    private final Gate recoveries = new Gate(RECOVERIES_AT_ONCE);

    /** Handles for reading, the longest unused first; guarded by itself. */
    private final Map<Long, CompletableFuture<ReadHandle>> handles = new LinkedHashMap<>(16, 0.75f, true);

    Ledgers(BookKeeper client, BookKeeperSettings settings, Executor copying) {
        this.client = client;
        this.settings = settings;
        this.copying = copying;
    }

    /** A ledger to write to; {@code reduced} when it has fewer copies than asked for. */
    record Created(WriteHandle handle, boolean reduced) {}

    /** How BookKeeper has closed a ledger. */
    record Closed(long lastEntryId, long sizeBytes) {}

    /** Makes one, with fewer copies when too few bookies are up; never with fewer than are to be acknowledged. */
    CompletableFuture<Created> create(LogId id, int epoch, long baseOffset) {
        CompletableFuture<Created> full = create(id, epoch, baseOffset, settings.ensembleSize(), settings.writeQuorum())
                .thenApply(handle -> new Created(handle, false));
        CompletableFuture<Created> made = full.exceptionallyCompose(failure -> {
            boolean tooFew = code(failure) == Code.NotEnoughBookiesException;
            return tooFew && settings.ackQuorum() < settings.ensembleSize()
                    ? reduced(id, epoch, baseOffset)
                    : CompletableFuture.failedFuture(failure);
        });
        return translated("making a ledger for " + id, made);
    }

    private CompletableFuture<Created> reduced(LogId id, int epoch, long baseOffset) {
        int copies = settings.ackQuorum();
        return create(id, epoch, baseOffset, copies, copies).thenApply(handle -> {
            LOG.warn(
                    "Too few bookies, ledger has fewer copies topic={} partition={} ledger={} copies={}",
                    id.partition().topic(),
                    id.partition().partition(),
                    handle.getId(),
                    copies);
            return new Created(handle, true);
        });
    }

    private CompletableFuture<WriteHandle> create(LogId id, int epoch, long baseOffset, int ensemble, int copies) {
        return create(
                ensemble,
                copies,
                Map.of(
                        APPLICATION,
                        ascii(APPLICATION_NAME),
                        TOPIC_ID,
                        ascii(id.topicId().toString()),
                        "partition",
                        ascii(Integer.toString(id.partition().partition())),
                        "epoch",
                        ascii(Integer.toString(epoch)),
                        "baseOffset",
                        ascii(Long.toString(baseOffset))));
    }

    private CompletableFuture<WriteHandle> create(int ensemble, int copies, Map<String, byte[]> metadata) {
        return client.newCreateLedgerOp()
                .withEnsembleSize(ensemble)
                .withWriteQuorumSize(copies)
                .withAckQuorumSize(settings.ackQuorum())
                .withDigestType(DIGEST)
                .withPassword(NO_PASSWORD)
                .withCustomMetadata(metadata)
                .execute();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /**
     * Stores one entry as a log would, in a ledger that is deleted again; one that stays, because the node dies meanwhile,
     * is an orphan. Fails with {@code NOT_ENOUGH_REPLICAS} when it is not stored within this time.
     */
    CompletableFuture<Long> probe(long waitMs) {
        Map<String, byte[]> metadata = Map.of(APPLICATION, ascii(APPLICATION_NAME), "purpose", ascii("probe"));
        CompletableFuture<WriteHandle> made = create(settings.ensembleSize(), settings.writeQuorum(), metadata)
                .exceptionallyCompose(failure -> code(failure) == Code.NotEnoughBookiesException
                        ? create(settings.ackQuorum(), settings.ackQuorum(), metadata)
                        : CompletableFuture.failedFuture(failure));
        return translated("trying to store", made.thenCompose(handle -> {
            CompletableFuture<Long> stored = handle.appendAsync(PROBE).orTimeout(waitMs, TimeUnit.MILLISECONDS);
            var unused = stored.exceptionally(failure -> null)
                    .thenCompose(done -> handle.closeAsync())
                    .exceptionally(failure -> null)
                    .thenCompose(closed -> delete(handle.getId()))
                    .exceptionally(failure -> null); // an orphan then
            return stored;
        }));
    }

    /** Closes one that this node writes, at the last entry that was acknowledged, and tells which one that was. */
    CompletableFuture<Closed> close(WriteHandle handle) {
        return translated(
                "closing ledger " + handle.getId(),
                handle.closeAsync()
                        .thenCompose(done -> client.getLedgerMetadata(handle.getId()))
                        .thenApply(metadata -> {
                            if (!metadata.isClosed()) {
                                throw new BarnabasException(
                                        ErrorCode.STORAGE_ERROR, "ledger " + handle.getId() + " did not become closed");
                            }
                            return new Closed(metadata.getLastEntryId(), metadata.getLength());
                        }));
    }

    /** Fences whoever still writes it, makes what was acknowledged complete, and closes it; it can be read then. */
    CompletableFuture<Closed> recover(long ledgerId) {
        return recoveries.pass(() ->
                translated("recovering ledger " + ledgerId, open(ledgerId, true).thenApply(handle -> {
                    keep(ledgerId, CompletableFuture.completedFuture(handle)).forEach(Ledgers::closeWhenOpen);
                    return new Closed(handle.getLastAddConfirmed(), handle.getLength());
                })));
    }

    private CompletableFuture<ReadHandle> open(long ledgerId, boolean recovery) {
        return client.newOpenLedgerOp()
                .withLedgerId(ledgerId)
                .withRecovery(recovery)
                .withDigestType(DIGEST)
                .withPassword(NO_PASSWORD)
                .execute();
    }

    /** A closed ledger for reading; one that is not closed must not be read so, as entries of it would be missed. */
    CompletableFuture<ReadHandle> reading(long ledgerId) {
        CompletableFuture<ReadHandle> opened;
        List<CompletableFuture<ReadHandle>> evicted;
        synchronized (handles) {
            CompletableFuture<ReadHandle> known = handles.get(ledgerId);
            if (known != null) {
                return known;
            }
            opened = translated("opening ledger " + ledgerId, open(ledgerId, false));
            evicted = keep(ledgerId, opened);
        }
        evicted.forEach(Ledgers::closeWhenOpen);
        CompletableFuture<ReadHandle> mine = opened;
        var unused = opened.whenComplete((handle, failure) -> {
            if (failure != null) {
                synchronized (handles) {
                    handles.remove(ledgerId, mine);
                }
            }
        });
        return opened;
    }

    /** Keeps a handle for reading; answers those that it takes the place of, which are to be closed. */
    private List<CompletableFuture<ReadHandle>> keep(long ledgerId, CompletableFuture<ReadHandle> handle) {
        List<CompletableFuture<ReadHandle>> gone = new ArrayList<>();
        synchronized (handles) {
            CompletableFuture<ReadHandle> before = handles.put(ledgerId, handle);
            if (before != null) {
                gone.add(before);
            }
            var oldest = handles.values().iterator();
            while (handles.size() > settings.openLedgers()) {
                gone.add(oldest.next());
                oldest.remove();
            }
        }
        return gone;
    }

    /** Gives up the handle of a ledger that is not read any more. */
    void forget(long ledgerId) {
        CompletableFuture<ReadHandle> known;
        synchronized (handles) {
            known = handles.remove(ledgerId);
        }
        if (known != null) {
            closeWhenOpen(known);
        }
    }

    private static void closeWhenOpen(CompletableFuture<ReadHandle> opening) {
        var unused = opening.thenAccept(Ledgers::closeQuietly);
    }

    private static void closeQuietly(ReadHandle handle) {
        var unused = handle.closeAsync().exceptionally(failure -> {
            LOG.debug("Handle of a ledger did not close ledger={}", handle.getId(), failure);
            return null;
        });
    }

    /**
     * Entries from one on, at least one, as far as they are no more than {@code maxBytes} together.
     *
     * @param lastEntryId inclusive; not below the first
     * @param entryBytes what an entry has on average, to ask for no more than fits
     */
    CompletableFuture<List<StoredEntry>> read(
            ReadHandle handle, long firstEntryId, long lastEntryId, int maxBytes, long entryBytes) {
        long fit = Math.max(1, maxBytes / Math.max(1, entryBytes) + 1);
        int most = isStriped(handle) ? ENTRIES_PER_READ_MOST : ENTRIES_PER_BATCH_MOST;
        int count = (int) Math.min(Math.min(fit, most), lastEntryId - firstEntryId + 1);
        CompletableFuture<LedgerEntries> entries = count == 1
                ? handle.readAsync(firstEntryId, firstEntryId)
                : handle.batchReadAsync(firstEntryId, count, maxBytes);
        return translated(
                "reading entry " + firstEntryId + " of ledger " + handle.getId(),
                entries.thenApplyAsync(found -> copies(found, lastEntryId), copying));
    }

    private static boolean isStriped(ReadHandle handle) {
        LedgerMetadata metadata = handle.getLedgerMetadata();
        return metadata.getEnsembleSize() != metadata.getWriteQuorumSize();
    }

    private static List<StoredEntry> copies(LedgerEntries entries, long lastEntryId) {
        List<StoredEntry> copies = new ArrayList<>();
        try (entries) {
            for (LedgerEntry entry : entries) {
                if (entry.getEntryId() <= lastEntryId) {
                    ByteBuf bytes = entry.getEntryBuffer();
                    ByteBuffer copy = ByteBuffer.allocate(bytes.readableBytes());
                    bytes.getBytes(bytes.readerIndex(), copy);
                    copy.flip();
                    Envelope envelope = Envelope.read(copy);
                    copies.add(new StoredEntry(entry.getEntryId(), envelope, copy.slice()));
                }
            }
        }
        return copies;
    }

    /** Deletes a ledger; one that does not exist is no error. */
    CompletableFuture<Void> delete(long ledgerId) {
        forget(ledgerId);
        CompletableFuture<Void> deleted =
                client.newDeleteLedgerOp().withLedgerId(ledgerId).execute();
        return translated("deleting ledger " + ledgerId, deleted.exceptionally(failure -> {
            if (isGone(code(failure))) {
                return null;
            }
            throw new CompletionException(unwrapped(failure));
        }));
    }

    /** Every ledger there is, ours or not. Blocks. */
    List<Long> all() {
        List<Long> ids = new ArrayList<>();
        try {
            LedgersIterator ledgers =
                    Waits.of(client.newListLedgersOp().execute()).iterator();
            while (ledgers.hasNext()) {
                ids.add(ledgers.next());
            }
            return ids;
        } catch (IOException e) {
            throw new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "ledgers cannot be listed", e);
        }
    }

    CompletableFuture<LedgerMetadata> metadata(long ledgerId) {
        return translated("reading about ledger " + ledgerId, client.getLedgerMetadata(ledgerId));
    }

    /** Ends the client. Blocks. */
    @Override
    public void close() {
        try {
            client.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (org.apache.bookkeeper.client.BKException e) {
            LOG.warn("BookKeeper's client did not close cleanly", e);
        }
    }

    static <T> CompletableFuture<T> translated(String what, CompletionStage<T> stage) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        var unused = stage.whenComplete((result, failure) -> {
            if (failure == null) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(failure(what, failure));
            }
        });
        return answer;
    }

    /** What a failure means for a log. */
    static BarnabasException failure(String what, Throwable failure) {
        Throwable cause = unwrapped(failure);
        if (cause instanceof BarnabasException ours) {
            return ours;
        }
        if (cause instanceof TimeoutException) {
            return new BarnabasException(ErrorCode.NOT_ENOUGH_REPLICAS, what + " failed: no answer in time", cause);
        }
        int code = code(cause);
        return new BarnabasException(
                meaning(code),
                what + " failed: " + (cause instanceof BKException ? BKException.getMessage(code) : cause),
                cause);
    }

    private static ErrorCode meaning(int code) {
        return switch (code) {
            case Code.LedgerFencedException, Code.ClientClosedException -> ErrorCode.NOT_OWNER;
            case Code.ZKException, Code.MetaStoreException, Code.MetadataVersionException ->
                ErrorCode.ZOOKEEPER_UNAVAILABLE;
            case Code.NoSuchLedgerExistsException,
                    Code.NoSuchLedgerExistsOnMetadataServerException,
                    Code.NoSuchEntryException,
                    Code.DigestMatchException,
                    Code.UnauthorizedAccessException -> ErrorCode.CORRUPT_DATA;
            case Code.NotEnoughBookiesException,
                    Code.BookieHandleNotAvailableException,
                    Code.NoBookieAvailableException,
                    Code.AddEntryQuorumTimeoutException,
                    Code.TimeoutException,
                    Code.TooManyRequestsException,
                    Code.LedgerRecoveryException,
                    Code.QuorumException,
                    Code.WriteException,
                    Code.ReadException,
                    Code.WriteOnReadOnlyBookieException,
                    Code.DataUnknownException -> ErrorCode.NOT_ENOUGH_REPLICAS;
            default -> ErrorCode.STORAGE_ERROR;
        };
    }

    static boolean isGone(int code) {
        return code == Code.NoSuchLedgerExistsException || code == Code.NoSuchLedgerExistsOnMetadataServerException;
    }

    /** BookKeeper's number of a failure, also when it was translated; 0 when it has none. */
    static int code(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof BKException bookkeeper) {
                return bookkeeper.getCode();
            }
        }
        return Code.OK;
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
