package io.barnabas.cluster;

import io.barnabas.cluster.Documents.SecretDocument;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's secret: the first node decides for all.
 *
 * <pre>
 * first node was given one      ZooKeeper keeps a salted print of it; every node must be given the same
 * first node was given none     ZooKeeper keeps a random one; a node that is given another is refused
 * </pre>
 *
 * Blocks on ZooKeeper; confined to the work thread.
 */
final class SecretKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(SecretKeeper.class);
    private static final int SALT_BYTES = 16;
    private static final int PRINT_BITS = 256;

    /** Slow enough that a weak secret is not guessed from its print at once; a node pays it once per start. */
    private static final int ITERATIONS = 60_000;

    private final CuratorFramework client;
    private final Documents documents;
    private final String path;
    private final Optional<ClusterSecret> given;
    private final SecureRandom randomness = new SecureRandom();

    SecretKeeper(CuratorFramework client, ZkPaths paths, Documents documents, Optional<ClusterSecret> given) {
        this.client = client;
        this.documents = documents;
        this.path = paths.secret();
        this.given = given;
    }

    /** The secret all nodes share; {@code INVALID_CONFIGURATION} when this node was given another than the cluster has. */
    ClusterSecret secret() throws Exception {
        if (client.checkExists().forPath(path) == null) {
            try {
                client.create().forPath(path, documents.secret(first()));
            } catch (KeeperException.NodeExistsException e) {
                LOG.debug("another node was first path={}", path);
            }
        }
        SecretDocument kept = documents.secret(path, client.getData().forPath(path));
        return kept.secret().isPresent() ? random(kept.secret().get()) : given(kept);
    }

    private SecretDocument first() throws GeneralSecurityException {
        if (given.isEmpty()) {
            return new SecretDocument(Optional.of(ClusterSecret.random(randomness)), "", "", 0);
        }
        byte[] bytes = new byte[SALT_BYTES];
        randomness.nextBytes(bytes);
        String salt = Base64.getEncoder().encodeToString(bytes);
        return new SecretDocument(Optional.empty(), salt, print(given.get(), salt, ITERATIONS), ITERATIONS);
    }

    private ClusterSecret random(ClusterSecret kept) {
        if (given.isPresent() && !given.get().equals(kept)) {
            throw refused("this cluster made its secret itself: leave barnabas.cluster.secret empty");
        }
        return kept;
    }

    private ClusterSecret given(SecretDocument kept) throws GeneralSecurityException {
        ClusterSecret mine =
                given.orElseThrow(() -> refused("this cluster was given a secret: set barnabas.cluster.secret to it"));
        if (!print(mine, kept.salt(), kept.iterations()).equals(kept.print())) {
            throw refused("barnabas.cluster.secret is not the one that the other nodes of this cluster have");
        }
        return mine;
    }

    private BarnabasException refused(String why) {
        return new BarnabasException(
                ErrorCode.INVALID_CONFIGURATION,
                why + " (to change it for all, stop every node and remove " + path + " from ZooKeeper)");
    }

    private static String print(ClusterSecret secret, String salt, int iterations) throws GeneralSecurityException {
        PBEKeySpec spec =
                new PBEKeySpec(secret.text().toCharArray(), Base64.getDecoder().decode(salt), iterations, PRINT_BITS);
        try {
            return Base64.getEncoder()
                    .encodeToString(SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                            .generateSecret(spec)
                            .getEncoded());
        } finally {
            spec.clearPassword();
        }
    }
}
