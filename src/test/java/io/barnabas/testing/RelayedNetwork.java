package io.barnabas.testing;

import io.barnabas.testing.relay.TcpRelay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A relay on each way that a node has to what it needs, so that one node, one server or all of them can be cut off.
 *
 * <pre>
 *   node 0 --&gt; 127.0.1.1:port ---+--&gt; ZooKeeper 0, 1, 2     its own connect string
 *   node 1 --&gt; 127.0.1.2:port ---+--&gt; bookie 0, 1, 2        one name for all nodes, an address for each: their hosts files
 *   node 2 --&gt; 127.0.1.3:port ---+--&gt; node 0, 1, 2          likewise
 *
 *   clients --&gt; nodes, bookies --&gt; ZooKeeper and each other: directly
 * </pre>
 *
 * <p>All of {@code 127.0.0.0/8} is this machine, with Linux at least. Nodes are those that it was made for. Confined to
 * one thread.
 */
public final class RelayedNetwork implements AutoCloseable {
    private static final String DOMAIN = ".barnabas.test";
    private static final long SEED = 20_261_126;

    private final Path directory;
    private final int nodeCount;
    private final int bookieCount;
    private final List<Integer> peerPorts = new ArrayList<>();
    private final Map<Link, TcpRelay> relays = new TreeMap<>();

    /** What a node needs. */
    public enum Need {
        ZOOKEEPER,
        BOOKIE,
        NODE
    }

    /** From a node to a server. */
    private record Link(int node, Need need, int server) implements Comparable<Link> {
        @Override
        public int compareTo(Link other) {
            int byNode = Integer.compare(node, other.node);
            int byNeed = need.compareTo(other.need);
            int byServer = Integer.compare(server, other.server);
            return byNode != 0 ? byNode : byNeed != 0 ? byNeed : byServer;
        }
    }

    RelayedNetwork(Path directory, int nodeCount, int bookieCount) {
        this.directory = directory;
        this.nodeCount = nodeCount;
        this.bookieCount = bookieCount;
        try {
            Files.createDirectories(directory);
            Files.write(hostsOfBookies(), hosts("127.0.0.1"));
            for (int node = 0; node < nodeCount; node++) {
                Files.write(hostsOfNode(node), hosts(outlook(node)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int node = 0; node < nodeCount; node++) {
            peerPorts.add(FreePort.next());
        }
    }

    /** Where everything lies that this node looks at. */
    private static String outlook(int node) {
        return "127.0.1." + (node + 1);
    }

    /** All names that a process knows: this machine's, and those of the cluster at this address. */
    private List<String> hosts(String address) throws UnknownHostException {
        List<String> lines = new ArrayList<>();
        lines.add("127.0.0.1 localhost");
        lines.add("127.0.0.1 " + InetAddress.getLocalHost().getHostName());
        for (int bookie = 0; bookie < bookieCount; bookie++) {
            lines.add(address + " bookie-" + bookie + DOMAIN);
        }
        for (int node = 0; node < nodeCount; node++) {
            lines.add(address + " node-" + node + DOMAIN);
        }
        return lines;
    }

    private Path hostsOfBookies() {
        return directory.resolve("bookies");
    }

    private Path hostsOfNode(int node) {
        return directory.resolve("node-" + node);
    }

    BookieProcess.Host bookieHost(int bookie) {
        return new BookieProcess.Host("bookie-" + bookie + DOMAIN, Optional.of(hostsOfBookies()));
    }

    /** Lays every link, whole; before nodes start. */
    void open(List<Integer> zooKeeperPorts, List<Integer> bookiePorts, List<Integer> nodePorts) {
        for (int node = 0; node < nodeCount; node++) {
            for (int server = 0; server < zooKeeperPorts.size(); server++) {
                int port = zooKeeperPorts.get(server);
                lay(new Link(node, Need.ZOOKEEPER, server), port, port);
            }
            for (int bookie = 0; bookie < bookiePorts.size(); bookie++) {
                int port = bookiePorts.get(bookie);
                lay(new Link(node, Need.BOOKIE, bookie), port, port);
            }
            for (int peer = 0; peer < nodeCount; peer++) {
                if (peer != node) {
                    lay(new Link(node, Need.NODE, peer), peerPorts.get(peer), nodePorts.get(peer));
                }
            }
        }
    }

    private void lay(Link link, int port, int targetPort) {
        InetSocketAddress address = new InetSocketAddress(outlook(link.node), port);
        relays.put(link, TcpRelay.between(address, targetPort, SEED + relays.size()));
    }

    /** What a node is told, so that it looks at its own relays. */
    void configure(int node, BarnabasProcess.Setup setup) {
        List<String> servers = IntStream.range(0, zooKeeperCount())
                .mapToObj(server ->
                        outlook(node) + ":" + to(node, Need.ZOOKEEPER, server).port())
                .toList();
        setup.with("barnabas.zookeeper.connect", String.join(",", servers))
                .with("barnabas.node.url", "http://node-" + node + DOMAIN + ":" + peerPorts.get(node))
                .withJvmOption("-Djdk.net.hosts.file=" + hostsOfNode(node));
    }

    private int zooKeeperCount() {
        return (int) relays.keySet().stream()
                .filter(link -> link.node == 0 && link.need == Need.ZOOKEEPER)
                .count();
    }

    /** The way of a node to one server. */
    public TcpRelay to(int node, Need need, int server) {
        TcpRelay relay = relays.get(new Link(node, need, server));
        if (relay == null) {
            throw new IllegalArgumentException("no way from node " + node + " to " + need + " " + server);
        }
        return relay;
    }

    /** The ways of one node to all servers of a kind. */
    public List<TcpRelay> from(int node, Need need) {
        return relays.entrySet().stream()
                .filter(each -> each.getKey().node == node && each.getKey().need == need)
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The ways of all nodes to one server. */
    public List<TcpRelay> toServer(Need need, int server) {
        return relays.entrySet().stream()
                .filter(each -> each.getKey().need == need && each.getKey().server == server)
                .map(Map.Entry::getValue)
                .toList();
    }

    public Collection<TcpRelay> all() {
        return relays.values();
    }

    /** Makes every link whole. */
    public void heal() {
        relays.values().forEach(TcpRelay::heal);
    }

    @Override
    public void close() {
        relays.values().forEach(TcpRelay::close);
    }
}
