// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * fast-xml-parser, by the one road our sources take to it. The build bundles
 * the package into `fastXmlParser.js` beside this file for the extension, and
 * points the bundler at the package itself for the app, the CLI and the tests.
 */

export * from 'fast-xml-parser';
