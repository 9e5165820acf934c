/** The generated wire types under one roof, so that only this file knows where generated code lives. */
export * as relay from './generated/relay_pb.js';
export * as content from './generated/content_pb.js';
