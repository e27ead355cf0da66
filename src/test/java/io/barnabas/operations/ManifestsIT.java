package io.barnabas.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.barnabas.testing.Http;
import io.barnabas.testing.OnPayaraMicro;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressBackend;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything under {@code k8s/}: kustomize builds it, it is of Kubernetes' object model without a word that the model
 * does not know, its parts find each other, and what it says of Barnabas is true of the running program.
 */
@OnPayaraMicro
class ManifestsIT {
    private static final Path PROJECT = Path.of(System.getProperty("project.folder"));
    private static final Pattern POD_ADDRESS = Pattern.compile("([a-z]+)-(\\d+)\\.([a-z]+):(\\d+)");

    private static Kubectl kubectl;
    private final Http http;

    ManifestsIT(Http http) {
        this.http = http;
    }

    @BeforeAll
    static void findKubectl() {
        Optional<Kubectl> found = Kubectl.find();
        assumeTrue(found.isPresent(), "no kubectl on the path, and none that is fetched runs on this machine");
        kubectl = found.get();
    }

    private static Manifests build(String folder) {
        return Manifests.parse(kubectl.kustomize(PROJECT.resolve("k8s").resolve(folder)));
    }

    /** Everything there is in one: the cluster with the components that an operator adds. */
    private static Manifests everything() throws IOException {
        Path scratch = Files.createTempDirectory(PROJECT.resolve("target"), "kustomization");
        Path file = scratch.resolve("kustomization.yaml");
        try {
            Files.writeString(file, """
                    apiVersion: kustomize.config.k8s.io/v1beta1
                    kind: Kustomization
                    resources:
                      - ../../k8s/overlays/cluster
                    components:
                      - ../../k8s/components/ingress
                      - ../../k8s/monitoring
                    """);
            return Manifests.parse(kubectl.kustomize(scratch));
        } finally {
            Files.delete(file);
            Files.delete(scratch);
        }
    }

    @Test
    void refusesAFieldThatKubernetesDoesNotHave() {
        // when
        String misspelled = """
                apiVersion: v1
                kind: Service
                metadata: {name: x}
                spec: {selectors: {a: b}}
                """;
        // then
        assertThatThrownBy(() -> Manifests.parse(misspelled)).hasMessageContaining("selectors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/dev", "overlays/cluster"})
    void namesOnlySettingsThatExist(String folder) throws IOException {
        // when
        Manifests manifests = build(folder);
        Set<String> given = Stream.concat(
                        manifests.all(ConfigMap.class).stream()
                                .filter(map -> map.getMetadata().getName().startsWith("barnabas"))
                                .flatMap(map -> map.getData().keySet().stream()),
                        manifests.barnabas().getEnv().stream().map(EnvVar::getName))
                .filter(name -> !name.startsWith("POD_"))
                .collect(Collectors.toSet());
        // then
        assertThat(settings()).containsAll(given);
        assertThat(given).contains("BARNABAS_ENGINE", "BARNABAS_NODE_ID", "BARNABAS_NODE_URL");
    }

    private static Set<String> settings() throws IOException {
        Properties defaults = new Properties();
        try (InputStream file = ManifestsIT.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
            defaults.load(file);
        }
        return defaults.stringPropertyNames().stream()
                .map(name -> name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    @Test
    void asksForHealthAndMetricsWhereTheProgramAnswersThem() throws IOException {
        // given
        Manifests manifests = everything();
        Container node = manifests.barnabas();
        // when
        List<String> probes = Stream.of(node.getStartupProbe(), node.getReadinessProbe(), node.getLivenessProbe())
                .map(Probe::getHttpGet)
                .map(get -> get.getPath())
                .toList();
        String scraped = manifests
                .one(ServiceMonitor.class, "barnabas")
                .getSpec()
                .getEndpoints()
                .get(0)
                .getPath();
        // then
        assertThat(probes).containsExactly("/health/started", "/health/ready", "/health/live");
        for (String path : probes) {
            assertThat(http.get(path.substring(1))
                            .expect(200)
                            .json()
                            .at("/checks/0/name")
                            .asText())
                    .isEqualTo("barnabas-" + path.substring("/health/".length()));
        }
        http.get(scraped.substring(1)).expect(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/dev", "overlays/cluster"})
    void mountsOnlyWhatThereIs(String folder) {
        // when
        Manifests manifests = build(folder);
        Set<String> maps = manifests.all(ConfigMap.class).stream()
                .map(map -> map.getMetadata().getName())
                .collect(Collectors.toSet());
        // then
        manifests.pods().forEach((name, pod) -> {
            Set<String> volumes = Stream.concat(
                            pod.getSpec().getVolumes().stream().map(Volume::getName),
                            manifests.claims(name).stream()
                                    .map(claim -> claim.getMetadata().getName()))
                    .collect(Collectors.toSet());
            assertThat(volumes)
                    .containsAll(Manifests.containers(pod)
                            .flatMap(container -> container.getVolumeMounts().stream())
                            .map(VolumeMount::getName)
                            .toList());
            assertThat(maps)
                    .containsAll(pod.getSpec().getVolumes().stream()
                            .filter(volume -> volume.getConfigMap() != null)
                            .map(volume -> volume.getConfigMap().getName())
                            .toList());
        });
        assertThat(manifests.barnabas().getEnvFrom())
                .filteredOn(from -> from.getConfigMapRef() != null)
                .extracting(EnvFromSource::getConfigMapRef)
                .allSatisfy(map -> assertThat(maps).contains(map.getName()))
                .isNotEmpty();
    }

    @Test
    void givesANodeTheTimeToHandOverWhatItHas() {
        // when
        Manifests manifests = build("overlays/cluster");
        List<String> preStop =
                manifests.barnabas().getLifecycle().getPreStop().getExec().getCommand();
        String drainWait = manifests.all(ConfigMap.class).stream()
                .map(map -> map.getData().get("BARNABAS_NODE_DRAIN_WAIT_MS"))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        long graceSeconds = manifests.pods().get("barnabas").getSpec().getTerminationGracePeriodSeconds();
        // then
        assertThat(preStop).hasSize(2).startsWith("sleep");
        assertThat(drainWait).endsWith("s").doesNotEndWith("ms");
        long waitSeconds = Long.parseLong(preStop.get(1)) + Long.parseLong(drainWait.replace("s", ""));
        assertThat(graceSeconds - waitSeconds)
                .as("seconds for the server's own stop")
                .isGreaterThanOrEqualTo(30);
    }

    @Test
    void writesWhereTheImageSays() throws IOException {
        // when
        String image = Files.readString(PROJECT.resolve("Dockerfile"));
        List<String> mounted = build("base").barnabas().getVolumeMounts().stream()
                .map(VolumeMount::getMountPath)
                .toList();
        // then
        assertThat(mounted).containsExactlyInAnyOrder("/var/lib/barnabas", "/tmp");
        assertThat(image).contains("ENV BARNABAS_DATA_DIR=/var/lib/barnabas", "VOLUME [\"/var/lib/barnabas\"]");
        assertThat(image).contains("EXPOSE 8080", "USER 10001:");
    }

    @Test
    void hasServicesPoliciesAndBudgetsForPodsThatExist() throws IOException {
        // when
        Manifests manifests = everything();
        // then
        for (Service service : manifests.all(Service.class)) {
            List<PodTemplateSpec> pods = manifests.selected(service.getSpec().getSelector());
            assertThat(pods).as(service.getMetadata().getName()).hasSize(1);
            assertThat(ports(pods.get(0)).keySet())
                    .containsAll(service.getSpec().getPorts().stream()
                            .map(port -> port.getTargetPort().getStrVal())
                            .toList());
        }
        for (PodDisruptionBudget budget : manifests.all(PodDisruptionBudget.class)) {
            assertThat(manifests.selected(budget.getSpec().getSelector().getMatchLabels()))
                    .hasSize(1);
        }
        for (PodTemplateSpec pod : manifests.pods().values()) {
            manifests.one(ServiceAccount.class, pod.getSpec().getServiceAccountName());
            assertThat(pod.getSpec().getTopologySpreadConstraints()).allSatisfy(spread -> assertThat(
                            manifests.selected(spread.getLabelSelector().getMatchLabels()))
                    .containsExactly(pod));
        }
        assertThat(manifests.all(PodDisruptionBudget.class)).hasSize(3);
    }

    @Test
    void letsThroughWhatTheServicesListenOn() throws IOException {
        // when
        Manifests manifests = everything();
        // then
        assertThat(manifests.all(NetworkPolicy.class)).hasSize(3);
        for (NetworkPolicy policy : manifests.all(NetworkPolicy.class)) {
            PodTemplateSpec pod = manifests
                    .selected(policy.getSpec().getPodSelector().getMatchLabels())
                    .get(0);
            policy.getSpec().getIngress().forEach(rule -> {
                assertThat(ports(pod).keySet())
                        .containsAll(rule.getPorts().stream()
                                .map(NetworkPolicyPort::getPort)
                                .map(port -> port.getStrVal())
                                .toList());
                assertExist(manifests, rule.getFrom());
            });
            policy.getSpec().getEgress().forEach(rule -> assertExist(manifests, rule.getTo()));
        }
    }

    private static void assertExist(Manifests manifests, List<NetworkPolicyPeer> peers) {
        for (NetworkPolicyPeer peer : peers) {
            LabelSelector selector = peer.getPodSelector();
            selector.getMatchExpressions()
                    .forEach(expression -> expression.getValues().forEach(value -> assertThat(
                                    manifests.selected(Map.of(expression.getKey(), value)))
                            .as(value)
                            .hasSize(1)));
            if (!selector.getMatchLabels().isEmpty()) {
                assertThat(manifests.selected(selector.getMatchLabels())).hasSize(1);
            }
        }
    }

    private static Map<String, Integer> ports(PodTemplateSpec pod) {
        return pod.getSpec().getContainers().stream()
                .flatMap(container -> container.getPorts().stream())
                .collect(Collectors.toMap(ContainerPort::getName, ContainerPort::getContainerPort));
    }

    @Test
    void namesAddressesThatPodsHave() throws IOException {
        // given
        Manifests manifests = everything();
        String settings = manifests.all(ConfigMap.class).stream()
                .flatMap(map -> map.getData().values().stream())
                .collect(Collectors.joining("\n"));
        // when
        Matcher address = POD_ADDRESS.matcher(settings);
        int found = 0;
        // then
        while (address.find()) {
            StatefulSet set = manifests.one(StatefulSet.class, address.group(1));
            Service service = manifests.one(Service.class, address.group(3));
            assertThat(set.getSpec().getServiceName()).isEqualTo(address.group(3));
            assertThat(set.getSpec().getReplicas()).isGreaterThan(Integer.parseInt(address.group(2)));
            assertThat(service.getSpec().getPorts())
                    .extracting(ServicePort::getPort)
                    .contains(Integer.valueOf(address.group(4)));
            found++;
        }
        assertThat(found).as("three ZooKeepers, for nodes and for bookies").isEqualTo(6);
    }

    @Test
    void givesEachNodeTheNameThatItsHeadlessServiceGivesIt() throws IOException {
        // when
        Manifests manifests = everything();
        StatefulSet set = manifests.one(StatefulSet.class, "barnabas");
        String url = manifests.barnabas().getEnv().stream()
                .filter(variable -> variable.getName().equals("BARNABAS_NODE_URL"))
                .findFirst()
                .orElseThrow()
                .getValue();
        // then
        assertThat(url)
                .isEqualTo("http://$(POD_NAME)." + set.getSpec().getServiceName() + ".$(POD_NAMESPACE).svc:8080");
        assertThat(manifests.all(StatefulSet.class)).allSatisfy(one -> {
            Service service = manifests.one(Service.class, one.getSpec().getServiceName());
            assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
            assertThat(service.getSpec().getPublishNotReadyAddresses()).isTrue();
        });
    }

    @Test
    void sendsAnIngressToAServiceThatExists() throws IOException {
        // when
        Manifests manifests = everything();
        IngressBackend backend = manifests
                .one(Ingress.class, "barnabas")
                .getSpec()
                .getRules()
                .get(0)
                .getHttp()
                .getPaths()
                .get(0)
                .getBackend();
        // then
        assertThat(manifests
                        .one(Service.class, backend.getService().getName())
                        .getSpec()
                        .getPorts())
                .extracting(ServicePort::getName)
                .contains(backend.getService().getPort().getName());
        assertThat(manifests.all(Service.class))
                .filteredOn(service -> service.getMetadata()
                        .getLabels()
                        .entrySet()
                        .containsAll(manifests
                                .one(ServiceMonitor.class, "barnabas")
                                .getSpec()
                                .getSelector()
                                .getMatchLabels()
                                .entrySet()))
                .hasSize(1);
    }

    @Test
    void runsEveryContainerWithoutRightsAndWithinBounds() throws IOException {
        // when
        Manifests manifests = everything();
        // then
        assertThat(manifests.pods().values()).allSatisfy(pod -> {
            PodSecurityContext security = pod.getSpec().getSecurityContext();
            assertThat(security.getRunAsNonRoot()).isTrue();
            assertThat(security.getRunAsUser()).isPositive();
            assertThat(security.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
        });
        assertThat(manifests.containers()).hasSize(7).allSatisfy(container -> {
            SecurityContext security = container.getSecurityContext();
            assertThat(security.getAllowPrivilegeEscalation()).isFalse();
            assertThat(security.getReadOnlyRootFilesystem()).isTrue();
            assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(container.getResources().getLimits()).containsKey("memory");
            assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
        });
    }
}
