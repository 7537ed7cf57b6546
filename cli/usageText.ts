// SPDX-License-Identifier: GPL-3.0-or-later
import {ArgumentScannerError, formatMessageForArgumentScannerError, text_en} from '@stricli/core';

import {messageOf} from '../shared/platform/errors.js';

/** What the parser says of a command line that makes no sense, in sentences of ours. */
export const USAGE_TEXT: typeof text_en = {
    ...text_en,
    exceptionWhileParsingArguments(error) {
        if (!(error instanceof ArgumentScannerError)) return messageOf(error);
        return formatMessageForArgumentScannerError(error, {
            ArgumentParseError: ({input, externalFlagNameOrPlaceholder: taker, exception}) =>
                `“${input}” does not fit ${option(taker)}: ${messageOf(exception)}.`,
            EnumValidationError: ({input, externalFlagName, values}) =>
                `“${input}” does not fit ${option(externalFlagName)}: expected one of ${values.join(', ')}.`,
            FlagNotFoundError: ({input, corrections}) =>
                [
                    `There is no option “--${input}” here.`,
                    ...corrections.map(one => `Did you mean “${option(one)}”?`),
                ].join(' '),
            UnexpectedPositionalError: ({input}) => `“${input}” is one word too many.`,
            UnsatisfiedFlagError: ({externalFlagName}) => `Nothing is given for ${option(externalFlagName)}.`,
            UnsatisfiedPositionalError: ({placeholder}) => `${placeholder} is missing.`,
        });
    },
};

/** Placeholders hold capitals or bars, names of options do not. */
function option(taker: string): string {
    return /^[a-z][a-z0-9-]*$/.test(taker) ? `--${taker}` : taker;
}
