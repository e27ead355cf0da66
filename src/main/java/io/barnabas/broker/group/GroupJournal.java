package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Topic;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The internal topic in which groups are journaled. It is made when the first group is used, not when the first node
 * starts: where logs stay with their nodes, all of it would lie on the node that was there first, and that one's death
 * would stop every group. Thread-safe.
 */
public final class GroupJournal {
    private static final Logger LOG = LoggerFactory.getLogger(GroupJournal.class);

    private final int partitionCount;
    private final Supplier<ClusterView> view;
    private final Supplier<CompletionStage<Topic>> creation;
    private final AtomicBoolean beingMade = new AtomicBoolean();

    /**
     * A journal that may be there or not.
     *
     * @param partitionCount what this node reckons with
     * @param creation makes the topic or finds it made; called again after it failed
     */
    public GroupJournal(int partitionCount, Supplier<ClusterView> view, Supplier<CompletionStage<Topic>> creation) {
        this.partitionCount = partitionCount;
        this.view = requireNonNull(view, "view");
        this.creation = requireNonNull(creation, "creation");
    }

    /** Whether there is a journal; without one there are no groups. */
    public boolean exists() {
        return view.get().topics().containsKey(GroupCoordinator.JOURNAL_TOPIC);
    }

    /**
     * Refuses a journal that others cut into another number of partitions: this node would look for groups where they
     * are not.
     *
     * @throws BarnabasException with {@code INTERNAL_ERROR}
     */
    public void requireAsSet() {
        Topic topic = view.get().topics().get(GroupCoordinator.JOURNAL_TOPIC);
        if (topic != null && topic.partitionCount() != partitionCount) {
            throw new BarnabasException(
                    ErrorCode.INTERNAL_ERROR,
                    "barnabas.group.journal-partitions is " + partitionCount
                            + " on this node, but the cluster's groups are journaled in "
                            + topic.partitionCount() + " partitions; set it to that");
        }
    }

    /** Has the journal made when it is not there; returns at once, the view shows it when it is. */
    void prepare() {
        if (!exists() && beingMade.compareAndSet(false, true)) {
            creation.get().whenComplete((topic, failure) -> {
                beingMade.set(false);
                if (failure != null) {
                    LOG.warn("the journal of groups could not be made", failure);
                }
            });
        }
    }
}
