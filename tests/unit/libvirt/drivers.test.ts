// SPDX-License-Identifier: GPL-3.0-or-later
import {driverById, driverLabel, DRIVERS} from '../../../shared/libvirt/drivers.js';
import {domainPathOf, uuidOfDomainPath} from '../../../shared/libvirt/objectPath.js';

describe('Drivers', () => {
    it('are told apart by id, each with a path, a URI and a name for people', () => {
        expect(new Set(DRIVERS.map(one => one.id)).size).toBe(DRIVERS.length);
        for (const driver of DRIVERS) {
            expect(driver.path).toMatch(/^\/org\/libvirt\/[A-Za-z]+$/);
            expect(driver.uri).toMatch(/^[a-z]+:\/\/\//);
            if (driver.id !== 'bhyve') expect(driverLabel(driver.id)).not.toBe(driver.id);
            expect(driverById(driver.id)).toBe(driver);
        }
        expect(driverById('no such driver')).toBeUndefined();
        expect(driverLabel('no such driver')).toBe('no such driver');
    });

    it('give their domains a path that holds the UUID', () => {
        const uuid = '6695eb01-f6a4-8304-79aa-97f2502e193f';
        const path = domainPathOf(driverById('test')!, uuid.toUpperCase());
        expect(path).toBe('/org/libvirt/Test/domain/_6695eb01_f6a4_8304_79aa_97f2502e193f');
        expect(uuidOfDomainPath(path)).toBe(uuid);
        expect(uuidOfDomainPath('/org/libvirt/Test/network/_6695eb01')).toBeNull();
    });
});
