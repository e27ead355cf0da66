/**
 * JAX-RS in front of {@code broker}: thin resources, one class per noun, that turn HTTP into calls of a use case and its
 * answer into JSON or raw batches. Nothing is decided here that another front end would have to decide again.
 *
 * <p>Bodies are read by hand, bounded, and written by hand ({@link io.barnabas.rest.Body}), so that no JSON provider of
 * the server has a say in what goes over the wire. Waiting never holds a thread; answers are written by the {@link
 * io.barnabas.rest.Responders}, never by a thread of the log. May depend on {@code broker}, {@code cluster}, {@code
 * group}, {@code log} and {@code record}; the only room that knows {@code jakarta.ws.rs}.
 */
package io.barnabas.rest;
