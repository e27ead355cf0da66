# Barnabas in a container: Payara Micro unpacked, the application deployed, the classes of both in an archive that the
# JVM maps. Built from a clean clone:
#   docker build -t barnabas .
#   docker run -p 8080:8080 -v barnabas:/var/lib/barnabas barnabas
# It may run as any user id and with a read-only root file system: /var/lib/barnabas (the data) and /tmp (where the
# server's root folder is copied to at a start, about 2 MB) are written, nothing else.

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /src
COPY .mvn .mvn
COPY pom.xml .
COPY src/main src/main
COPY server-config server-config
RUN --mount=type=cache,target=/root/.m2 mvn -B -ntp -Dmaven.test.skip=true package
# The server's jars on one flat class path, because only classes that the JVM's own loaders load can be archived; and in
# one jar, because a search for a class goes through all of them. Services that nothing uses are left out.
RUN java -jar /src/target/payara/payara-micro.jar --rootdir /opt/barnabas/micro --outputlauncher
RUN java /src/server-config/OneJar.java /opt/barnabas/micro /src/server-config/unused-services.txt /src/target/payara/launch.jar

# The archive of classes below is only taken by the JVM that wrote it, so this stage and the last have one base.
FROM eclipse-temurin:17-jre AS assembled
COPY --from=build /opt/barnabas /opt/barnabas
COPY --from=build /src/target/payara/ROOT.war /build/
COPY server-config/pre-boot-commands.txt server-config/container/ /opt/barnabas/
# Starts the node as a container would, uses what a client uses, stops it; then what it wrote becomes the form that a
# start copies, and the classes it loaded become the archive.
RUN bash /opt/barnabas/assemble /build/ROOT.war

FROM eclipse-temurin:17-jre
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Barnabas" \
      org.opencontainers.image.description="A partitioned, durable log with consumer groups, as a WAR on Payara Micro" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/eclipse-temurin:17-jre"
COPY --from=assembled /opt/barnabas /opt/barnabas
# Group 0 may write, as the group of user ids that a platform makes up; a fresh volume takes these rights over.
RUN mkdir -p /var/lib/barnabas && chown 10001:0 /var/lib/barnabas && chmod 0770 /var/lib/barnabas
USER 10001:0
WORKDIR /tmp
ENV BARNABAS_DATA_DIR=/var/lib/barnabas
VOLUME ["/var/lib/barnabas"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=2m --retries=3 CMD ["bash", "/opt/barnabas/healthy"]
ENTRYPOINT ["bash", "/opt/barnabas/start"]
