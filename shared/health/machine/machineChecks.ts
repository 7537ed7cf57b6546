// SPDX-License-Identifier: GPL-3.0-or-later
import type {Finding} from '../finding.js';
import {diskChecks} from './diskChecks.js';
import {guestChecks} from './guestChecks.js';
import {hostChecks} from './hostChecks.js';
import type {MachineFacts} from './machineFacts.js';
import {stateChecks} from './stateChecks.js';

/** Answers every question that there is about a machine; one that does not arise now is not among them. */
export function machineChecks(facts: MachineFacts): Finding[] {
    return [...stateChecks(facts), ...hostChecks(facts), ...diskChecks(facts), ...guestChecks(facts)];
}
