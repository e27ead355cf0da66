package io.barnabas.rest;

import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A request's headers, as far as our code asks for them. */
record GivenHeaders(MediaType mediaType, int length, String encoding, List<MediaType> accepted) implements HttpHeaders {
    static GivenHeaders none() {
        return new GivenHeaders(null, -1, null, List.of(new MediaType("*", "*")));
    }

    GivenHeaders withType(String type, String subtype) {
        return new GivenHeaders(new MediaType(type, subtype), length, encoding, accepted);
    }

    GivenHeaders withCharset(String charset) {
        return new GivenHeaders(new MediaType("application", "json", charset), length, encoding, accepted);
    }

    GivenHeaders withLength(int bytes) {
        return new GivenHeaders(mediaType, bytes, encoding, accepted);
    }

    GivenHeaders withEncoding(String name) {
        return new GivenHeaders(mediaType, length, name, accepted);
    }

    GivenHeaders accepting(MediaType... types) {
        return new GivenHeaders(mediaType, length, encoding, List.of(types));
    }

    @Override
    public List<String> getRequestHeader(String name) {
        return List.of();
    }

    @Override
    public String getHeaderString(String name) {
        return switch (name) {
            case CONTENT_ENCODING -> encoding;
            case ACCEPT -> accepted.toString();
            default -> null;
        };
    }

    @Override
    public MultivaluedMap<String, String> getRequestHeaders() {
        return new MultivaluedHashMap<>();
    }

    @Override
    public List<MediaType> getAcceptableMediaTypes() {
        return accepted;
    }

    @Override
    public List<Locale> getAcceptableLanguages() {
        return List.of();
    }

    @Override
    public MediaType getMediaType() {
        return mediaType;
    }

    @Override
    public Locale getLanguage() {
        return Locale.ROOT;
    }

    @Override
    public Map<String, Cookie> getCookies() {
        return Map.of();
    }

    @Override
    @SuppressWarnings("JavaUtilDate") // the platform's type
    public Date getDate() {
        return new Date(0);
    }

    @Override
    public int getLength() {
        return length;
    }
}
