package io.barnabas;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.barnabas.cluster.PartStore;
import io.barnabas.cluster.PartStore.Part;
import io.barnabas.log.LogId;
import io.barnabas.log.bookkeeper.LedgerDocuments;
import io.barnabas.log.bookkeeper.LedgerList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Keeps the lists of ledgers in the partitions' documents in ZooKeeper, under the field {@code log}. */
final class PartDocuments implements LedgerDocuments {
    private static final String FIELD = "log";

    private final PartStore parts;

    PartDocuments(PartStore parts) {
        this.parts = requireNonNull(parts, "parts");
    }

    @Override
    public CompletionStage<Document> owned(LogId id, int epoch) {
        return parts.owned(id.topicId(), id.partition().partition(), epoch).thenApply(PartDocuments::document);
    }

    @Override
    public CompletionStage<Document> replace(Document expected, LedgerList ledgers) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        fields.set(FIELD, ledgers.toJson());
        return parts.replace((Part) expected.token(), fields).thenApply(PartDocuments::document);
    }

    @Override
    public CompletionStage<List<Document>> remains() {
        return parts.remains()
                .thenApply(found -> found.stream().map(PartDocuments::document).toList());
    }

    @Override
    public CompletionStage<Void> forget(Document remains) {
        return parts.forget((Part) remains.token());
    }

    @Override
    public CompletionStage<Set<Long>> named() {
        return parts.everything().thenApply(everything -> {
            Set<Long> named = new HashSet<>();
            everything.parts().forEach(part -> named.addAll(ledgers(part).ledgerIds()));
            everything.remains().forEach(part -> named.addAll(ledgers(part).ledgerIds()));
            return named;
        });
    }

    private static Document document(Part part) {
        return new Document(part.topicId(), part.partition(), part.epoch(), ledgers(part), part);
    }

    private static LedgerList ledgers(Part part) {
        return LedgerList.of(part.fields().path(FIELD));
    }
}
