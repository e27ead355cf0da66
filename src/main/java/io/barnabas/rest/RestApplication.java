package io.barnabas.rest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The HTTP front end: everything that answers, listed, so that nothing else on the class path does. */
@ApplicationPath("/")
public final class RestApplication extends Application {
    static final Set<Class<?>> RESOURCES = Set.of(
            HomeResource.class,
            AsyncApiResource.class,
            TopicsResource.class,
            ProduceResource.class,
            ProducersResource.class,
            RecordsResource.class,
            BatchesResource.class,
            AdminTopicsResource.class,
            BrokersResource.class,
            ClusterResource.class,
            GroupsResource.class,
            ConsumersResource.class,
            ConsumerRecordsResource.class,
            ConsumerOffsetsResource.class,
            SinkResource.class,
            SourceResource.class);

    private static final Set<Class<?>> PROVIDERS =
            Set.of(ErrorMapper.class, BodyWriter.class, UnknownParameterFilter.class);

    @Override
    public Set<Class<?>> getClasses() {
        Set<Class<?>> all = new HashSet<>(RESOURCES);
        all.addAll(PROVIDERS);
        return all;
    }

    @Override
    public Map<String, Object> getProperties() {
        return Map.of(
                // Providers that are found by themselves would include the server's JSON binding and its wadl pages.
                "jersey.config.server.wadl.disableWadl", true,
                "jersey.config.beanValidation.disable.server", true,
                "jersey.config.server.disableJsonBinding", true);
    }
}
