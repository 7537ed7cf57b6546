// SPDX-License-Identifier: GPL-3.0-or-later
// The facts of a card as a person reads them; plain text, no widgets.
import type {CardDetails, Link, Power} from '../../shared/gpu/cardDetails.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {PciFunction} from '../../shared/gpu/pciFunction.js';
import {classLabel} from '../../shared/gpu/words.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {sizeLabel} from '../../shared/platform/size.js';
import type {Fact} from '../widgets/fact.js';

/** What a card is, and what it does now. */
export function cardFacts({facts, numbers, listedNames}: Gpu, details: CardDetails): Fact[] {
    const {connectors, power, link, resetMethods, aperture} = details;
    const connected = connectors.filter(one => one.connected).map(({name}) => name);
    const rows: Fact[] = [
        {label: _('Address'), value: facts.display.address, copyable: true},
        {label: _('Vendor and device numbers'), value: `${numbers.vendor}:${numbers.device}`, copyable: true},
    ];
    const add = (label: string, value: string): void => {
        if (value !== '') rows.push({label, value});
    };
    add(_('Board'), listedNames.subsystem ?? '');
    add(_('Driver'), facts.display.driver ?? _('None'));
    add(_('Displays'), displaysText(connectors.length, connected));
    if (facts.bootVga === true) add(_('Firmware'), _('Shows its picture on this card'));
    add(_('Power'), powerText(power));
    add(_('Link'), linkText(link));
    add(
        _('Reset'),
        resetMethods === null ? _('None: it may not start a second time') : resetMethods.join(', '),
    );
    if (aperture)
        add(
            _('Memory shown at once'),
            aperture.mostBytes === null || aperture.mostBytes <= aperture.bytes
                ? sizeLabel(aperture.bytes)
                : fill(_('{current} of at most {maximum}'), {
                      current: sizeLabel(aperture.bytes),
                      maximum: sizeLabel(aperture.mostBytes),
                  }),
        );
    add(_('Device nodes'), facts.drmNodes.join(', '));
    return rows;
}

function displaysText(sockets: number, connected: readonly string[]): string {
    if (connected.length > 0) return connected.join(', ');
    return sockets > 0 ? _('None connected') : '';
}

function powerText({state, runtimeStatus}: Power): string {
    if (runtimeStatus === 'suspended')
        return state === null ? _('Asleep') : fill(_('Asleep ({state})'), {state});
    return state === null ? '' : fill(_('On ({state})'), {state});
}

function linkText(link: Link | null): string {
    if (!link) return '';
    const {speed, width, mostSpeed, mostWidth} = link;
    const now = fill(_('{speed} GT/s × {width}'), {speed, width});
    if (speed === mostSpeed && width === mostWidth) return now;
    return fill(_('{now}, at most {most}'), {
        now,
        most: fill(_('{speed} GT/s × {width}'), {speed: mostSpeed, width: mostWidth}),
    });
}

/** Functions of a card, and members of its group: what each is, and what has it. */
export function functionFact({address, classCode, driver}: PciFunction): Fact {
    const what = classLabel(classCode);
    return {label: `${what} · ${address}`, value: driver ?? _('No driver')};
}
