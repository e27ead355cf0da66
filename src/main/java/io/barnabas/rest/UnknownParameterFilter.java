package io.barnabas.rest;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Refuses query parameters that the called method does not take: a misspelt limit must not be no limit. */
@Provider
public final class UnknownParameterFilter implements ContainerRequestFilter {
    /** One entry a resource method, so as many as there are. */
    private final Map<Method, Set<String>> known = new ConcurrentHashMap<>();

    /** Proxy of the current request; the platform sets it. */
    @Context
    private ResourceInfo resource;

    @Override
    public void filter(ContainerRequestContext request) {
        Set<String> given = request.getUriInfo().getQueryParameters().keySet();
        if (given.isEmpty() || resource.getResourceMethod() == null) {
            return;
        }
        Set<String> names = known.computeIfAbsent(resource.getResourceMethod(), UnknownParameterFilter::names);
        for (String name : given) {
            if (!names.contains(name)) {
                throw new BarnabasException(
                        ErrorCode.INVALID_FIELD, "unknown query parameter '" + name + "'; known are " + names);
            }
        }
    }

    static Set<String> names(Method method) {
        Set<String> names = new TreeSet<>();
        for (Parameter parameter : method.getParameters()) {
            QueryParam query = parameter.getAnnotation(QueryParam.class);
            if (query != null) {
                names.add(query.value());
            }
        }
        return names;
    }
}
